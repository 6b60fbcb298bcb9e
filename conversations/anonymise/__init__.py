"""A text in, the same text without personal data out. Values only: no Django, no database.

>>> anonymise("Soy Juan Pérez, mi cel es 099.123.4567, quiero HLSO 16/20")
('Soy [NAME], mi cel es [PHONE], quiero HLSO 16/20', [...])

The rules of one round run from the surest to the least sure (mail, lettered codes, numbers,
addresses, names), and each sees what the ones before it took only as a barrier that no match
crosses. Rounds are repeated until one finds nothing.

**A placeholder that a person types** (``[PHONE]``) stays as it is, opens no gap in the rules and
has no span: what was masked is what has a span, never what looks like it in the text. Count
spans, not brackets.
"""

from conversations.anonymise import addresses, codes, emails, numbers
from conversations.anonymise import names as people
from conversations.anonymise.kept import Kept
from conversations.anonymise.spans import LABELS, Span, hide, mask, view_of
from conversations.anonymise.words import words_of

__all__ = ["LABELS", "VERSION", "Span", "anonymise"]

VERSION = "2"
_MOST_ROUNDS = 8


def anonymise(
    text: str, *, keep: frozenset[str] = frozenset(), names: bool = True
) -> tuple[str, list[Span]]:
    """Mask the personal data of a text; masking the result again changes nothing.

    ``keep`` holds terms of one word or several that are never masked, wherever they stand
    (products, sizes, cities, the company's name and mail; case and accents do not matter);
    ``names=False`` leaves names alone. Returns the safe text and, in
    order, the spans of the *original* text that were masked. Takes time linear in the text and
    raises nothing.
    """
    view = view_of(text)
    found: list[Span] = []
    for _ in range(_MOST_ROUNDS):
        before = len(found)
        view = _round(view, found, keep=keep, names=names)
        if len(found) == before:
            break
    found.sort()
    return (mask(text, found) if found else text), found


def _round(view: str, found: list[Span], *, keep: frozenset[str], names: bool) -> str:
    """Run every rule once, adding to ``found``; return what is left to see."""
    words, kept = words_of(view), Kept(view, keep)
    rules = [emails.find, codes.find, numbers.find, addresses.find]
    for rule in [*rules, people.find] if names else rules:
        spans = rule(view, words, kept)
        if spans:
            found += spans
            view = hide(view, spans)
            kept = Kept(view, keep)
    return view
