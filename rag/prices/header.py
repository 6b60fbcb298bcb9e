"""Which column of a price list is which, by its Spanish or English title. Values only."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conversations.keys import normalise
from core.errors import Invalid

_TITLES = {
    "kind": "tipo kind type clase concepto",
    "code": "codigo code item articulo",
    "product": "producto product",
    "destination": "destino destination puerto port",
    "glaze": "glaseo glaze glazing",
    "size": "talla size calibre tamano",
    "amount": "precio price valor value amount importe tarifa rate factor",
    "unit": "unidad unit um",
    "valid_from": "desde from",
    "valid_until": "hasta until vence",
}
_COLUMN_OF = {title: name for name, titles in _TITLES.items() for title in titles.split()}
_NAMES = ("code", "product", "destination", "glaze")  # one of them says what a line is about
_IGNORED = frozenset(["valido", "vigente", "valid"])  # "vigente desde", "valid until"
_UNIT = re.compile(r"(?:[A-Za-z]{3}|U?S?\$)\s*/\s*(?:kg|lb)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Header:
    """Where each column is, what it is called in the file, and the unit named in a title."""

    places: Mapping[str, int]
    titles: Mapping[str, str]
    unit: str = ""

    def cell(self, cells: Sequence[str], name: str) -> str:
        place = self.places.get(name)
        return cells[place] if place is not None and place < len(cells) else ""

    def title(self, name: str) -> str:
        return self.titles.get(name, name)


def read(cells: Sequence[str]) -> Header:
    """The header that ``cells`` are.

    Raises :class:`Invalid` where no column holds prices, or none says what they are of.
    """
    places: dict[str, int] = {}
    for place, title in enumerate(cells):
        name = _name(title)
        if name and name not in places:
            places[name] = place
    lacking = [] if "amount" in places else ["precio"]
    if not any(it in places for it in _NAMES):
        lacking.append("producto")
    if lacking:
        reason = f"La primera fila no nombra la columna {' ni '.join(lacking)}."
        raise Invalid(reason, archivo=[reason])
    unit = _UNIT.search(cells[places["amount"]])
    titles = {name: cells[place] for name, place in places.items()}
    return Header(places, titles, unit[0] if unit else "")


def _name(title: str) -> str | None:
    """The column that a title stands for, by its first word: "Precio (USD/kg)" is the price."""
    words = [it for it in normalise(title).split() if it not in _IGNORED]
    return _COLUMN_OF.get(words[0]) if words else None
