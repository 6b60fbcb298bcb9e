"""The lines of a price list against the catalogue: what each says, or what is wrong. No database.

A line is a product (and size), the freight to a place, or a glaze factor; a column of its own
(``destino``, ``glaseo``) or ``tipo`` tells which.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from conversations import entities, qa
from conversations.catalogue import Catalogue
from conversations.keys import is_storable, normalise
from conversations.prices import limits
from core.errors import Invalid
from rag.prices import figures, header, table
from rag.prices.header import Header

PRODUCT, FREIGHT, GLAZE = "price", "freight", "glaze_factor"
_KINDS = {
    **dict.fromkeys(["precio", "price", "producto", "product", ""], PRODUCT),
    **dict.fromkeys(["flete", "freight", "destino", "destination"], FREIGHT),
    **dict.fromkeys(["glaseo", "glaze", "glaze factor", "factor de glaseo"], GLAZE),
}
_FIELDS = {PRODUCT: "product", FREIGHT: "destination"}
_RANGES = {PRODUCT: "price_range", FREIGHT: "freight", GLAZE: "glaze_factor"}
_MOST_ERRORS = 20
_LONGEST = {"product": 60, "destination": 60, "size": 18}  # letters; together they make a code

Read = TypeVar("Read")


@dataclass(frozen=True)
class Line:
    kind: str
    code: str
    size: str
    unit: str
    amount: Decimal


@dataclass(frozen=True)
class Sheet:
    """What a file holds: its lines, and from when until when, where it says so."""

    lines: tuple[Line, ...]
    currency: str
    valid_from: date | None = None
    valid_until: date | None = None

    @property
    def digest(self) -> str:
        """The same for the same prices, in whatever order and spelling."""
        texts = [
            f"{it.kind}|{it.code}|{it.size}|{it.unit}|{figures.short(it.amount)}"
            for it in self.lines
        ]
        return hashlib.sha256("\n".join(sorted(texts)).encode()).hexdigest()


class _Faults(dict[str, list[str]]):
    """What is wrong, by row and column; where a row is wrong nothing of the file is taken."""

    def read(self, row: int, title: str, cell: str, reader: Callable[[str], Read]) -> Read | None:
        try:
            return reader(cell)
        except ValueError as reason:
            self.add(row, title, f"«{cell[:40]}» {reason}.")
            return None

    def add(self, row: int, title: str, reason: str) -> None:
        self.setdefault(f"fila {row}, {title}", []).append(reason)


def read(content: bytes, catalogue: Catalogue) -> Sheet:
    """The price list that ``content`` (CSV or XLSX) is, in the words of ``catalogue``.

    Raises :class:`Invalid` whose details say what is wrong, by row and column.
    """
    rows = table.rows(content)
    columns = header.read(rows[0][1] if rows else [])
    faults = _Faults()
    reader = _Reader(columns, catalogue, faults)
    lines = [line for number, cells in rows[1:] if (line := reader.line(number, cells))]
    days = [reader.days(number, cells) for number, cells in rows[1:]]
    if faults:
        shown: dict[str, Any] = dict(list(faults.items())[:_MOST_ERRORS])
        raise Invalid(f"Hay errores en {len(faults)} celdas; no se guardó nada.", **shown)
    if not any(it.kind == PRODUCT for it in lines):
        raise Invalid("La lista no trae ningún precio.", archivo=["Sin precios de productos."])
    currencies = sorted({it.unit.partition("/")[0] for it in lines if it.unit})
    if len(currencies) > 1:
        raise Invalid("La lista mezcla monedas.", archivo=[", ".join(currencies)])
    starts = [start for start, _ in days if start]
    ends = [end for _, end in days if end]
    # The strictest of them: nothing is valid before all of it is, nor when a part is over.
    return Sheet(tuple(lines), currencies[0], max(starts, default=None), min(ends, default=None))


class _Reader:
    def __init__(self, columns: Header, catalogue: Catalogue, faults: _Faults) -> None:
        self._columns = columns
        self._catalogue = catalogue
        self._faults = faults
        self._seen: dict[tuple[str, str, str], int] = {}

    def line(self, row: int, cells: Sequence[str]) -> Line | None:
        """The line of a row; ``None`` where the faults tell why."""
        before = len(self._faults)
        kind, name = self._about(row, cells)
        code = self._code(row, kind, name, self._columns.cell(cells, name))
        size = self._size(row, cells) if kind == PRODUCT else ""
        amount = self._read(row, cells, "amount", figures.amount)
        unit = self._read(row, cells, "unit", self._unit) if kind != GLAZE else ""
        if len(self._faults) > before or amount is None:
            return None
        line = Line(kind, code, size, unit or "", amount)
        self._check_range(row, line)
        self._check_repeated(row, name, line)
        return line

    def days(self, row: int, cells: Sequence[str]) -> tuple[date | None, date | None]:
        start, end = (
            self._read(row, cells, name, figures.day) if self._columns.cell(cells, name) else None
            for name in ("valid_from", "valid_until")
        )
        return start, end

    def _read(
        self, row: int, cells: Sequence[str], name: str, reader: Callable[[str], Read]
    ) -> Read | None:
        cell = self._columns.cell(cells, name)
        return self._faults.read(row, self._columns.title(name), cell, reader)

    def _unit(self, cell: str) -> str:
        return figures.unit(cell or self._columns.unit)

    def _about(self, row: int, cells: Sequence[str]) -> tuple[str, str]:
        """What kind of line a row is, and the column that names its thing."""
        for kind, column in ((FREIGHT, "destination"), (GLAZE, "glaze")):
            if self._columns.cell(cells, column):
                return kind, column
        said = self._columns.cell(cells, "kind")
        if normalise(said) not in _KINDS:
            self._faults.add(row, self._columns.title("kind"), f"«{said[:40]}» no se conoce.")
        column = "product" if self._columns.cell(cells, "product") else "code"
        return _KINDS.get(normalise(said), PRODUCT), column

    def _size(self, row: int, cells: Sequence[str]) -> str:
        cell = self._columns.cell(cells, "size")
        return self._named(row, self._columns.title("size"), "size", cell)

    def _code(self, row: int, kind: str, column: str, cell: str) -> str:
        title = self._columns.title(column)
        if not cell:
            self._faults.add(row, title, "Falta.")
        return (
            self._share(row, title, cell)
            if kind == GLAZE
            else self._named(row, title, _FIELDS[kind], cell)
        )

    def _share(self, row: int, title: str, cell: str) -> str:
        """A percentage of glaze, as short as it can be written."""
        share = self._faults.read(row, title, cell, figures.amount)
        if share is None:
            return ""
        if error := qa.validate_glaseo(float(share), self._catalogue):
            self._faults.add(row, title, error["message"])
        return figures.short(share)

    def _named(self, row: int, title: str, field: str, cell: str) -> str:
        """The catalogue's code for what a cell names, or the cell where any value may stand."""
        codes = self._catalogue.codes(field)
        same = next((it for it in codes if normalise(it) == normalise(cell)), None)
        named = entities.values(entities.finder(self._catalogue).find(cell), field)
        if same or (len(named) == 1 and named[0] in codes):
            return same or str(named[0])
        known = self._catalogue.field(field)
        longest = _LONGEST[field]
        if len(cell) > longest or not is_storable(cell):
            self._faults.add(row, title, f"Pasa de {longest} letras, o trae signos extraños.")
        elif cell and known and (error := qa.validate(known, cell, self._catalogue)):
            self._faults.add(row, title, error["message"])
        return cell

    def _check_range(self, row: int, line: Line) -> None:
        """A price outside of the catalogue's range is taken for a slip of who typed it."""
        entries = self._catalogue.by_kind.get(_RANGES[line.kind], ())
        ranges = [it for it in entries if it.product in ("", line.code)]
        between = limits(ranges, line.unit)
        if ranges and not between:
            reason = f"El catálogo lo limita en {ranges[0].unit}: escriba el precio así."
            self._faults.add(row, self._columns.title("unit"), reason)
        low, high = between or (line.amount, line.amount)
        if line.amount <= 0 or not low <= line.amount <= high:
            said = [figures.short(it) for it in (line.amount, low, high)]
            reason = "{} no está entre {} y {}.".format(*said)
            self._faults.add(row, self._columns.title("amount"), reason)

    def _check_repeated(self, row: int, column: str, line: Line) -> None:
        first = self._seen.setdefault((line.kind, line.code, line.size), row)
        if first != row:
            reason = f"Repite lo de la fila {first}."
            self._faults.add(row, self._columns.title(column), reason)
