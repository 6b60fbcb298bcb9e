"""Telephones dictated in words: "cero nueve nueve, uno dos tres..."."""

import re

from conversations.anonymise.gate import Gate, Rule
from conversations.anonymise.spans import PHONE, Span
from conversations.anonymise.view import View
from conversations.anonymise.vocabulary import VOCABULARY, WORD, any_word
from conversations.anonymise.words import Meaning, meaning_before

_ONES = VOCABULARY["ones"]
_DIGITS = _ONES | VOCABULARY["tens"]
_WORD = any_word(_DIGITS)
_ROW = re.compile(rf"\b{_WORD}(?:(?:[ ,.\-]{{1,3}}| y ){_WORD}){{3,}}\b")
_LEAST_ONES = 6
_LEAST_ANNOUNCED = 5
# No row that may be a telephone goes without one of these.
_GATE = Gate(_DIGITS - {"un", "uno"}, closer=_ROW.pattern)


def _find(view: View) -> list[Span]:
    """Return rows of number words that begin with zero, are said digit by digit or announced."""
    return [
        Span(*row.span(), PHONE)
        for row in _ROW.finditer(view.folded)
        if _is_telephone(view.folded, row) and not view.keeps(*row.span())
    ]


def _is_telephone(folded: str, row: re.Match[str]) -> bool:
    spoken = WORD.findall(row[0])
    if spoken[0] == "cero" or sum(word in _ONES for word in spoken) >= _LEAST_ONES:
        return True
    return meaning_before(folded, row.start()) == Meaning(PHONE) and len(spoken) >= _LEAST_ANNOUNCED


RULES = (Rule(_GATE, _find),)
