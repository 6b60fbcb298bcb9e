"""The plain form of a text, in which the rules look, and the way back to the text as written."""

import re
import unicodedata
from typing import NamedTuple, Self

from conversations.anonymise.spans import BARRIER, PLACEHOLDER, Span

_UNUSUAL = re.compile("[^\x00-\x7fáéíóúüñÁÉÍÓÚÜÑ¿¡°º]")
# Marks that belong to the character before them: accents written apart, the frame of a keycap
# digit, joiners, soft hyphens, and the direction marks that a copied telephone brings along.
_MARK = "[\u00ad\u0300-\u036f\u200c-\u200f\u202a-\u202e\u2060-\u2069\u20e3\ufe0e\ufe0f\ufeff]"
_MARKED = re.compile(rf"(?:(?!{_MARK}).)?{_MARK}+", re.DOTALL)
_MARKS = re.compile(f"{_MARK}+")
_DASHES = "‐‑‒–—―−﹣－"
_DOTS = "․．"


def _plain_characters() -> dict[int, str]:
    """One character for one: odd digits, spaces, dashes, dots and letters, and their plain ones."""
    table = {
        code: str(unicodedata.decimal(chr(code)))
        for code in range(0x80, 0x1FC00)
        if chr(code).isdecimal()
    }
    table |= {ord(c): " " for c in map(chr, range(0x80, 0x3001)) if c.isspace()}
    table |= dict.fromkeys(map(ord, _DASHES), "-") | dict.fromkeys(map(ord, _DOTS), ".")
    # Letters that ignoring case confuses with an ASCII one, or that grow in lower case.
    table |= {ord("İ"): "I", ord("ı"): "i", 0x212A: "K", ord("ſ"): "s", 0x200B: " "}
    table |= {ord("＋"): "+", ord("＠"): "@", ord("（"): "(", ord("）"): ")", ord("／"): "/"}
    table |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")  # halves of characters
    return table | {ord(c): "\ufffd" for c in BARRIER.values()}


_PLAIN = _plain_characters()


class Plain(NamedTuple):
    """A plain text, and where each of its characters stands in the text it was made of.

    A text that keeps its length needs no ``places``.
    """

    text: str
    places: list[int] | None = None

    @classmethod
    def of(cls, text: str) -> Self:
        """Make a text plain; a placeholder, whoever typed it, becomes a barrier.

        >>> Plain.of("0️⃣9️⃣").text
        '09'
        """
        places = None
        if _UNUSUAL.search(text):
            if _MARKS.search(text):
                text, places = _composed(text)
            text = text.translate(_PLAIN)
        if "[" in text:
            text = PLACEHOLDER.sub(lambda m: BARRIER[m[1]] * len(m[0]), text)
        return cls(text, places)

    def as_written(self, spans: list[Span]) -> list[Span]:
        """Return spans of the plain text as spans of the text it was made of."""
        if (at := self.places) is None:
            return spans
        return [Span(at[span.start], at[span.end], span.label) for span in spans]


def _composed(text: str) -> tuple[str, list[int]]:
    """Join every character and its marks into one; a mark that joins nothing is left out."""
    pieces: list[str] = []
    places: list[int] = []
    done = 0
    for match in _MARKED.finditer(text):
        start, end = match.span()
        joined = unicodedata.normalize("NFC", match[0])[0]
        pieces.append(text[done:start])
        places += range(done, start)
        if not _MARKS.match(joined):
            pieces.append(joined)
            places.append(start)
        done = end
    pieces.append(text[done:])
    places += range(done, len(text) + 1)
    return "".join(pieces), places
