"""What a message names of the business: products, sizes, places, percentages, quantities.

Values only: a catalogue and a text in, places and values out, in time linear in the text.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from conversations import amounts
from conversations.catalogue import Catalogue, Field
from conversations.terms import FILLERS, Match, Terms, Token, tokens

Value = str | float | None

_RANGE = re.compile(r"\W{0,3}([uU][ /-]?\d{1,2}|\d{1,3} ?[/-] ?\d{1,3})(?![\w/%]|[.,-]\d)")


class Entity(NamedTuple):
    """A part of a text, the field it speaks of (else its kind in the catalogue) and its value.

    The value is none where several entries are called so, or no number is said.
    """

    start: int
    end: int
    kind: str
    value: Value


class Finder:
    """Finds what one catalogue knows. :func:`finder` makes one for a catalogue, once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._fields = catalogue.fields
        self._field_of = {kind: field for field in catalogue.fields for kind in field.kinds}
        self._terms = Terms(
            (
                (term, (entry.kind, entry.code))
                for entry in catalogue.entries
                if not entry.product  # a price of HLSO is a fact of HLSO, not another thing
                for term in (entry.code, *entry.terms)
            ),
            codes=[entry.code for entry in catalogue.entries],
            fillers=FILLERS,
        )
        self._units = {it.name: _phrases(it.units) for it in catalogue.fields}
        self._announcing = {it.name: _phrases(it.words) for it in catalogue.fields}
        units = {unit for it in catalogue.fields for unit in it.units}
        units |= {entry.unit for entry in catalogue.entries}
        self._counting = {token.key for unit in units for token in tokens(unit)} - {"%"}

    def find(self, text: str) -> list[Entity]:
        """What ``text`` names, in its order."""
        said = tokens(text)
        matches = [it for it in self._terms.find(text, said) if not self._counts(text, said, it)]
        taken = {place for it in matches for place in range(it.first, it.last)}
        found = [self._listed(text, said, it, taken) for it in matches]
        for field in self._fields:
            found += self._quantities(field, text, said, taken)
            found += self._unlisted(field, text, said, taken)
        return sorted(found, key=lambda it: it[:3])

    def _counts(self, text: str, said: Sequence[Token], match: Match) -> bool:
        """Whether bare numbers are an amount of something ("20-30 días"), not a listed size."""
        numbers = said[match.first : match.last]
        if not all(it.is_number for it in numbers):
            return False
        if "/" in text[numbers[0].start : numbers[-1].end]:  # nobody writes "16/20 kg" for 16 to 20
            return False
        following = said[match.last : match.last + 1]
        return bool(following) and following[0].key in self._counting

    def _listed(self, text: str, said: Sequence[Token], match: Match, taken: set[int]) -> Entity:
        kinds = [kind for kind, _ in match.values]
        field = next((self._field_of[kind] for kind in kinds if kind in self._field_of), None)
        if field and field.measure:
            return self._measured(field, text, said, match, taken)
        codes = [code for kind, code in match.values if not field or kind in field.kinds]
        value = codes[0] if len(codes) == 1 else None
        return _entity(said, match.first, match.last, field.name if field else kinds[0], value)

    def _measured(
        self, field: Field, text: str, said: Sequence[Token], match: Match, taken: set[int]
    ) -> Entity:
        found = amounts.measure(said, text, match, taken=taken, units=self._counting)
        first, last, value = found or (match.first, match.last, None)
        return _entity(said, first, last, field.name, value)

    def _quantities(
        self, field: Field, text: str, said: Sequence[Token], taken: set[int]
    ) -> Iterator[Entity]:
        units = {it.first: it.last for it in self._units[field.name].find(text, said)}
        for first, last in amounts.count(said, text, units, taken=taken):
            amount = " ".join(text[said[first].start : said[last - 1].end].split())
            yield _entity(said, first, last, field.name, amount)

    def _unlisted(
        self, field: Field, text: str, said: Sequence[Token], taken: set[int]
    ) -> Iterator[Entity]:
        """A range or a "U15" right after a word that announces one, which the catalogue lacks."""
        listed = {said[place].start for place in taken}
        for match in self._announcing[field.name].find(text, said):
            value = _RANGE.match(text, said[match.last - 1].end)
            if value and value.start(1) not in listed:
                yield Entity(value.start(1), value.end(1), field.name, _tidy(value[1]))


@lru_cache(maxsize=32)
def finder(catalogue: Catalogue) -> Finder:
    """The finder of ``catalogue``, made once as long as its content is the same."""
    return Finder(catalogue)


def values(found: Sequence[Entity], field: str) -> list[Value]:
    """The distinct values of ``field`` that a text names."""
    return list(
        dict.fromkeys(it.value for it in found if it.kind == field and it.value is not None)
    )


def _entity(said: Sequence[Token], first: int, last: int, kind: str, value: Value) -> Entity:
    return Entity(said[first].start, said[last - 1].end, kind, value)


def _phrases(words: Sequence[str]) -> Terms:
    return Terms((word, word) for word in words)


def _tidy(size: str) -> str:
    """A size as the catalogue writes them: "13/15", "U12"."""
    bare = re.sub(r"[\s-]+", "/", size.upper().strip())
    return re.sub("/+", "/", bare).replace("U/", "U")
