"""What the rules share: a span, and the barrier that stands where something was masked."""

import re
from collections.abc import Iterable
from typing import NamedTuple

PHONE, EMAIL, ADDRESS, ID, ACCOUNT, NAME = LABELS = (
    "PHONE",
    "EMAIL",
    "ADDRESS",
    "ID",
    "ACCOUNT",
    "NAME",
)
PLACEHOLDER = re.compile(rf"\[({'|'.join(LABELS)})\]")
"""What is read where something was masked, or where somebody typed the same."""


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


def apart(spans: Iterable[Span]) -> list[Span]:
    """In order; of two that overlap, the one that begins first, then the longer."""
    spans = list(spans)
    if len(spans) < 2:
        return spans
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def hide(view: str, spans: Iterable[Span]) -> str:
    """Return the view with these ordered spans turned into barriers of the same length."""
    pieces: list[str] = []
    done = 0
    for start, end, label in spans:
        pieces += (view[done:start], BARRIER[label] * (end - start))
        done = end
    return "".join([*pieces, view[done:]])


def mask(text: str, spans: Iterable[Span]) -> str:
    """Return the text with a placeholder for each of these ordered spans."""
    pieces: list[str] = []
    done = 0
    for start, end, label in spans:
        pieces += (text[done:start], "[", label, "]")
        done = end
    return "".join([*pieces, text[done:]])


def visible(view: str) -> str:
    """Return the view with blanks for its barriers, for readers who know nothing of them."""
    return view.translate(_BLANKS)


_BLANKS = {ord(char): " " for char in BARRIER.values()}
