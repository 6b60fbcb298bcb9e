"""One message, read slot by slot. Values only.

What the finder names in it comes first; a dialogue makes more of the rest: an answer without the
word that was asked for, a name in part, a name nobody knows.
"""

import re
from collections.abc import Callable, Sequence

from conversations import entities
from conversations.amounts import Number, number_at
from conversations.catalogue import Catalogue, Field
from conversations.terms import tokens
from rag.proforma import partial, unlisted, weights
from rag.proforma.order import DESTINATION, FIELD_OF, GLAZE, PRODUCT, QUANTITY, SIZE, Order

_LONGEST_ANSWER = 10  # words around a bare number that answers a question
_ARTICLES = (0.5, 1.0)  # what "una" and "media" mean as numbers, which they mostly are not
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s*(?:%|por\s*ciento)", re.IGNORECASE)
_NET = re.compile(r"\W*(?:de\s+)?(?:peso\s+)?net[oa]", re.IGNORECASE)
_RANGE = re.compile(r"(?<![\w/])(?:\d{1,3}/\d{1,3}|[uU][/-]?\d{1,2})(?![\w/%])")

Said = list[tuple[int, str]]
"""Places and values, in the order of the text."""


class Message:
    """``order`` is what was known before, ``awaited`` the slot that was asked for, ``among`` the
    values between which that question let choose; it ``answers`` nothing where it asks itself.
    """

    def __init__(
        self,
        text: str,
        catalogue: Catalogue,
        order: Order,
        *,
        awaited: str = "",
        among: Sequence[str] = (),
        answers: bool = True,
    ) -> None:
        self.text = text
        self._answers = answers
        self.found = entities.finder(catalogue).find(text)
        self._catalogue = catalogue
        self._order = order
        self._awaited = awaited
        self._among = among

    def said(self, slot: str) -> Said:
        """The values of ``slot``; those that are no values of the catalogue, too."""
        more: dict[str, Callable[[], Said]] = {
            PRODUCT: self._product,
            SIZE: self._size,
            GLAZE: self._glaze,
            DESTINATION: lambda: unlisted.places(self.text, self.found),
        }
        said = self._weighed() if slot == QUANTITY else self._named(slot)
        said = said or (more[slot]() if slot in more else [])
        return said or (self._answer(slot) if slot == self._awaited else [])

    @property
    def counts_boxes(self) -> bool:
        """Whether a quantity is said that nobody knows the weight of."""
        return not self._weighed() and any(it.kind == QUANTITY for it in self.found)

    def _named(self, slot: str) -> Said:
        name = FIELD_OF.get(slot, slot)
        named = [it for it in self.found if it.kind == name and it.value is not None]
        return [(it.start, _text(it.value)) for it in named]

    def _weighed(self) -> Said:
        places = [it.start for it in self.found if it.kind == QUANTITY]
        weighed = [(place, weights.kilos(self.text, start=place)) for place in places]
        return [(place, f"{kilos:f}") for place, kilos in weighed if kilos]

    def _product(self) -> Said:
        codes = partial.products(self.text, self._catalogue)
        if codes:  # of the one that is known already nothing new is said
            return [] if self._order.product in codes else [(0, it) for it in codes]
        return unlisted.products(self.text, self.found, self._catalogue)

    def _size(self) -> Said:
        """A range that no word announces: "sin cabeza 18/22"."""
        match = _RANGE.search(self.text)
        return self._read(SIZE, match[0], match.start()) if match else []

    def _glaze(self) -> Said:
        """A lone percentage is of glaze, which alone has one; of net weight, what it leaves."""
        percents = list(_PERCENT.finditer(self.text))
        if len(percents) != 1:
            return []
        share = float(percents[0][1].replace(",", "."))
        if _NET.match(self.text, percents[0].end()):
            share = 100 - share
        return [(percents[0].start(), _text(share))]

    def _answer(self, slot: str) -> Said:
        """What answers the question for ``slot``: "en bloque", "el 10", "unos 22 mil"."""
        if chosen := partial.choice(self.text, self._among, self._catalogue):
            return [(0, chosen)]
        if slot in (PRODUCT, DESTINATION):
            return unlisted.bare(self.text) if self._answers and not self.found else []
        if len(self.text.split()) > _LONGEST_ANSWER:
            return []
        numbers = self._numbers() if slot != SIZE else []
        if len(numbers) != 1:
            return self._read(slot, self.text)
        if slot == QUANTITY:
            return [(0, f"{weights.kilos(f'{numbers[0]} kg'):f}")]
        return [(0, numbers[0])]

    def _numbers(self) -> list[str]:
        """The numbers of the text that are no part of what was found."""
        said = [
            it
            for it in tokens(self.text)
            if not any(one.start <= it.start < one.end for one in self.found)
        ]
        found = (number_at(said, self.text, place) for place in range(len(said)))
        amounts = [it.amount for it in found if it and not _is_article(it)]
        return [_text(it) for it in amounts]

    def _read(self, slot: str, text: str, place: int = 0) -> Said:
        """``text`` read beside a word of the slot: "talla 13/15", "sin glaseo"."""
        field = self._catalogue.field(FIELD_OF.get(slot, slot))
        finder = entities.finder(self._catalogue)
        for word in _announcing(field, self._catalogue) if field else ():
            said = f"{text} {word}" if field and field.measure else f"{word} {text}"
            values = entities.values(finder.find(said), FIELD_OF.get(slot, slot))
            if len(values) == 1:
                return [(place, _text(values[0]))]
        return []


def _announcing(field: Field, catalogue: Catalogue) -> list[str]:
    """A word that goes with a bare value of the field: "talla", "glaseo"."""
    if field.measure:
        return [it.code for kind in field.kinds for it in catalogue.by_kind.get(kind, ())][:1]
    return list(field.words[:1])


def _is_article(number: Number) -> bool:
    return number.is_written and number.amount in _ARTICLES


def _text(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)
