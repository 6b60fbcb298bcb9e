"""Telephones dictated in words: "cero nueve nueve, uno dos tres..."."""

import re
from collections.abc import Iterator

from conversations.anonymise.spans import PHONE, Span
from conversations.anonymise.vocabulary import VOCABULARY, WORD, fold

_ONES = VOCABULARY["ones"]
_DIGITS = _ONES | VOCABULARY["tens"]
_WORD = rf"(?:{'|'.join(sorted(_DIGITS, key=len, reverse=True))})"
_ROW = re.compile(rf"\b{_WORD}(?:(?:[ ,.\-]{{1,3}}| y ){_WORD}){{3,}}\b")
_LEAST_ONES = 6


def find(view: str, words: frozenset[str]) -> Iterator[Span]:
    """Yield rows of number words: a telephone begins with a zero, or is said digit by digit."""
    if len(words & _DIGITS) < 2:
        return
    for row in _ROW.finditer(fold(view)):
        spoken = WORD.findall(row[0])
        if spoken[0] == "cero" or sum(word in _ONES for word in spoken) >= _LEAST_ONES:
            yield Span(row.start(), row.end(), PHONE)
