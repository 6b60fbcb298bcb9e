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

from collections.abc import Callable, Iterable, Sequence

from conversations.anonymise import addresses, codes, dictated, emails, numbers, records
from conversations.anonymise import names as people
from conversations.anonymise.gate import ENGINES, Ask, Engine, Rule, asker
from conversations.anonymise.plain import Plain
from conversations.anonymise.spans import LABELS, NAME, Span, apart, mask, visible
from conversations.anonymise.view import View

__all__ = ["ENGINES", "LABELS", "VERSION", "Recogniser", "Span", "anonymise"]

VERSION = "4"
_MOST_ROUNDS = 8
_WITHOUT_NAMES = (
    *emails.RULES,
    *codes.RULES,
    *dictated.RULES,
    *numbers.RULES,
    *records.RULES,
    *addresses.RULES,
)
_RULES = (*_WITHOUT_NAMES, *people.RULES)
_ASK = {engine: asker([rule.gate for rule in _RULES], engine) for engine in ENGINES}

# Finds names of people in a text, as a language model would: their places, in any order.
Recogniser = Callable[[str], Iterable[tuple[int, int]]]


def anonymise(
    text: str,
    *,
    keep: frozenset[str] = frozenset(),
    names: bool = True,
    recogniser: Recogniser | None = None,
    engine: Engine = ENGINES[0],
) -> tuple[str, list[Span]]:
    """Mask the personal data of a text; masking the result again changes nothing.

    ``keep`` holds terms of one word or several that are never masked, wherever they stand
    (products, sizes, cities, the company's name and mail; case and accents do not matter);
    ``names=False`` leaves names alone; ``recogniser`` may find names that the rules do not
    know (asked once, of the text without what the rules found); ``engine`` forces one of
    ``ENGINES``, which find the same. Returns the safe text and, in order, the spans of the
    *original* text that were masked. Takes time linear in the text; raises nothing of its own.
    """
    plain = Plain.of(text)
    rules = _RULES if names else _WITHOUT_NAMES
    view, found = _masked(View(plain.text, keep), rules, _ASK[engine])
    if recogniser and names and (more := _recognised(view, recogniser)):
        _, later = _masked(view.hiding(more), rules, _ASK[engine])
        found += more + later
    if not found:
        return text, []
    spans = plain.as_written(sorted(found))
    return mask(text, spans), spans


def _masked(view: View, rules: Sequence[Rule], ask: Ask) -> tuple[View, list[Span]]:
    """Run the open rules, round after round, until each has seen what the others left.

    Hiding opens no gate: the gates are asked once.
    """
    found: list[Span] = []
    opened = [place for place in ask(view) if place < len(rules)]
    seen: dict[int, View] = {}
    for _ in range(_MOST_ROUNDS):
        for place in opened:
            if seen.get(place) is not view:
                seen[place] = view
                if spans := rules[place].find(view):
                    found += spans
                    view = view.hiding(spans)
        if not [place for place in opened if seen[place] is not view]:
            break
    return view, found


def _recognised(view: View, recogniser: Recogniser) -> list[Span]:
    """What the recogniser adds: stretches with a letter, not kept, outside what is masked."""
    seen = visible(view.text)
    return apart(
        Span(start, end, NAME)
        for start, end in recogniser(seen)
        if 0 <= start < end <= len(seen)
        and any(map(str.isalpha, seen[start:end]))
        and seen[start:end] == view.text[start:end]
        and not view.keeps(start, end)
    )
