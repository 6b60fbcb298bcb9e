"""What the rules share: a span, and the view of a text that every rule reads."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import NamedTuple

PHONE, EMAIL, ADDRESS, ID, ACCOUNT, NAME = LABELS = (
    "PHONE",
    "EMAIL",
    "ADDRESS",
    "ID",
    "ACCOUNT",
    "NAME",
)


class Span(NamedTuple):
    """Where a personal datum stands in the original text, and its kind (one of ``LABELS``)."""

    start: int
    end: int
    label: str


# What is masked is shown to the rules as a run of one private character a kind. No rule depends
# on the length of such a run, so a text and its masked form look the same to them: this is what
# makes masking idempotent.
_FIRST = 0xE000
BARRIER = {label: chr(_FIRST + place) for place, label in enumerate(LABELS)}
ANY_BARRIER = f"{chr(_FIRST)}-{chr(_FIRST + len(LABELS) - 1)}"
_PLACEHOLDER = re.compile(rf"\[({'|'.join(LABELS)})\]")

_UNUSUAL = re.compile("[^\x00-\x7fáéíóúüñÁÉÍÓÚÜÑ¿¡°º]")
_DASHES = "‐‑‒–—―−﹣－"
_DOTS = "․．"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\ufe0f\u20e3"


def _plain_characters() -> dict[int, str]:
    """One character for one: offsets in the view are offsets in the text."""
    table = {
        code: str(unicodedata.decimal(chr(code)))
        for code in range(0x80, 0x1FC00)
        if chr(code).isdecimal()
    }
    table |= {ord(c): " " for c in map(chr, range(0x80, 0x3001)) if c.isspace()}
    table |= dict.fromkeys(map(ord, _DASHES), "-") | dict.fromkeys(map(ord, _DOTS), ".")
    table |= dict.fromkeys(map(ord, _INVISIBLE), " ")
    # Letters that ignoring case confuses with an ASCII one, or that grow in lower case.
    table |= {ord("İ"): "I", ord("ı"): "i", 0x212A: "K", ord("ſ"): "s"}
    table |= {ord("＋"): "+", ord("＠"): "@", ord("（"): "(", ord("）"): ")"}
    return table | {ord(c): "\ufffd" for c in BARRIER.values()}


_PLAIN = _plain_characters()


def view_of(text: str) -> str:
    """Return the text as the rules read it, character for character.

    Odd digits, dashes, dots and spaces become plain ones, and a placeholder, whoever typed it,
    becomes a barrier.
    """
    view = text.translate(_PLAIN) if _UNUSUAL.search(text) else text
    if "[" not in view:
        return view
    return _PLACEHOLDER.sub(lambda m: BARRIER[m[1]] * len(m[0]), view)


def apart(spans: Iterable[Span]) -> list[Span]:
    """In order; of two that overlap, the one that begins first, then the longer."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def hide(view: str, spans: Iterable[Span]) -> str:
    """Return the view with these ordered spans turned into barriers of the same length."""
    return _replace(view, spans, lambda span: BARRIER[span.label] * (span.end - span.start))


def mask(text: str, spans: Iterable[Span]) -> str:
    """Return the text with a placeholder for each of these ordered spans."""
    return _replace(text, spans, lambda span: f"[{span.label}]")


def _replace(text: str, spans: Iterable[Span], instead: Callable[[Span], str]) -> str:
    pieces: list[str] = []
    done = 0
    for span in spans:
        pieces += text[done : span.start], instead(span)
        done = span.end
    pieces.append(text[done:])
    return "".join(pieces)
