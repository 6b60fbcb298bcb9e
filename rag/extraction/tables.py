"""Tables as lines: each row says its columns' names, so that it is understood alone. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import IO, Any

from openpyxl import load_workbook

from rag.chunking import Block
from rag.extraction import archives
from rag.extraction.faults import Fault, Unreadable
from rag.extraction.limits import MOST_CELLS
from rag.extraction.plain import decoded

ROWS = 25  # of one block
_DELIMITERS = ";,\t|"

Row = Sequence[str]


class Cells:
    """Counts the cells of a document and stops at the first too many."""

    def __init__(self) -> None:
        self.left = MOST_CELLS

    def counted(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            self.left -= sum(map(bool, row))
            if self.left < 0:
                raise Unreadable(Fault.CELLS)
            if any(row):
                yield row


def read_csv(file: IO[bytes]) -> Iterator[Block]:
    text = decoded(file.read())
    first, _end, _rest = text.partition("\n")
    rows = csv.reader(io.StringIO(text), delimiter=max(_DELIMITERS, key=first.count))
    yield from _blocks(Cells().counted([it.strip() for it in row] for row in rows))


def read_xlsx(file: IO[bytes]) -> Iterator[Block]:
    archives.opened(file).close()
    file.seek(0)
    book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    cells = Cells()
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what it says of its own size may be anything
        rows = ([_said(it) for it in row] for row in sheet.iter_rows(values_only=True))
        yield from _blocks(cells.counted(rows), heading=sheet.title)


def _blocks(rows: Iterator[Row], heading: str = "") -> Iterator[Block]:
    first = next(rows, None)
    if first is None:
        return
    named = all(it and not it[0].isdigit() for it in first) and len(first) > 1
    lines = (_line(row, first if named else ()) for row in rows)
    if not named:
        yield Block(_line(first, ()), heading=heading)
    while some := list(islice(lines, ROWS)):
        yield Block("\n".join(some), heading=heading)


def _line(row: Row, names: Row) -> str:
    """
    >>> _line(["HLSO", "", "5,20"], ["Producto", "Talla", "Precio"])
    'Producto: HLSO; Precio: 5,20'
    """
    more = [""] * (len(row) - len(names))
    told = zip([*names, *more], row, strict=False)
    return "; ".join(f"{name}: {it}" if name else it for name, it in told if it)


def _said(value: Any) -> str:
    """A cell as people read it."""
    if value is None:
        return ""
    if isinstance(value, datetime) and value == datetime.combine(value, datetime.min.time()):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.10g}" if isinstance(value, float) else str(value).strip()
