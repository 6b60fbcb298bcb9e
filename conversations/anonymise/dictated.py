"""Telephones dictated in words: "cero nueve nueve, uno dos tres..."."""

import re

from conversations.anonymise.gate import Gate, Rule
from conversations.anonymise.spans import PHONE, Span
from conversations.anonymise.view import View
from conversations.anonymise.vocabulary import VOCABULARY, WORD, any_word

_ONES = VOCABULARY["ones"]
_DIGITS = _ONES | VOCABULARY["tens"]
_WORD = any_word(_DIGITS)
_ROW = re.compile(rf"\b{_WORD}(?:(?:[ ,.\-]{{1,3}}| y ){_WORD}){{3,}}\b")
_LEAST_ONES = 6
# No row that may be a telephone goes without one of these.
_GATE = Gate(_DIGITS - {"un", "uno"}, closer=_ROW.pattern)


def _find(view: View) -> list[Span]:
    """Return rows of number words: a telephone begins with a zero, or is said digit by digit."""
    return [
        Span(*row.span(), PHONE)
        for row in _ROW.finditer(view.folded)
        if _is_telephone(WORD.findall(row[0])) and not view.keeps(*row.span())
    ]


def _is_telephone(spoken: list[str]) -> bool:
    return spoken[0] == "cero" or sum(word in _ONES for word in spoken) >= _LEAST_ONES


RULES = (Rule(_GATE, _find),)
