"""Numbers right after the name of what they are: "NHC: 19535", "NºCol 28 28 70973", "ci 67192".

So announced, four digits are enough: file numbers have no check digit and any length.
"""

import re

from conversations.anonymise.gate import Gate, Rule
from conversations.anonymise.spans import ID, Span
from conversations.anonymise.view import View
from conversations.anonymise.vocabulary import VOCABULARY, any_word

_WORDS = VOCABULARY["record"]
_COLLEGE = r"n[°º]? ?col(?:egiad[oa])?"
_RECORD = re.compile(
    rf"(?<![^\W_])(?:{any_word(_WORDS)}(?![^\W\d_])|{_COLLEGE})"
    r"(?: (?:es|n[°º]?|nro|no|numero))?(?: de (?:mi|la|el|su) [a-z]{3,16})?[ .:=#°º,(-]{0,4}"
    r"(\d(?:[\d/.-]*\d)?(?: \d{2,10}){0,3}(?:-k)?(?![\d/]|[ ]?(?:%|usd|dolares|pesos|a[nñ]os)\b))"
)
_LEAST, _MOST = 4, 16


def _find(view: View) -> list[Span]:
    """Return the numbers of records in the view, in order."""
    found = (match.span(1) for match in _RECORD.finditer(view.folded))
    return [
        Span(start, end, ID)
        for start, end in found
        if _LEAST <= sum(map(str.isdigit, view.folded[start:end])) <= _MOST
        and not view.keeps(start, end)
    ]


RULES = (Rule(Gate(_WORDS, (_COLLEGE + r"[a-z]*[ .:]{0,3}\d",)), _find),)
