"""A price list as it comes: CSV or XLSX as rows of texts, told apart by content. No database."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

from core.errors import Invalid
from rag.extraction.plain import decoded

MOST_BYTES = 2 * 1024 * 1024
MOST_ROWS = 5000
MOST_COLUMNS = 40
MOST_UNPACKED = 20 * 1024 * 1024  # an XLSX is a zip: two megabytes may hold gigabytes
_SEPARATORS = ";\t,"
_BROKEN = (  # how the parser ends on what is no sheet, or a damaged one
    *(ArithmeticError, AttributeError, LookupError, OSError, SyntaxError, TypeError, ValueError),
    *(EOFError, zipfile.BadZipFile, zlib.error),
)

Row = tuple[int, list[str]]


def rows(content: bytes) -> list[Row]:
    """The rows of ``content`` that are not empty, each with its number in the file.

    Raises :class:`Invalid` for what is too large, or is neither CSV nor XLSX.
    """
    if len(content) > MOST_BYTES:
        raise _unreadable("La lista pasa de 2 MB.")
    read = _xlsx(content) if content.startswith(b"PK\x03\x04") else _csv(content)
    found = list(islice(read, MOST_ROWS + 1))
    if len(found) > MOST_ROWS:
        raise _unreadable(f"La lista pasa de {MOST_ROWS} filas.")
    return [(number, cells) for number, cells in found if any(cells)]


def _csv(content: bytes) -> Iterator[Row]:
    text = decoded(content)
    if "\0" in text:
        raise _unreadable("No es un archivo CSV ni XLSX.")
    header = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=header.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in lines:
            yield lines.line_num, [it.strip() for it in cells[:MOST_COLUMNS]]
    except csv.Error:
        raise _unreadable(f"La fila {lines.line_num} no se entiende: revise comillas.") from None


def _xlsx(content: bytes) -> Iterator[Row]:
    """The first sheet. Its parser reads no more of a member than the zip declares."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(it.file_size for it in packed.infolist()) > MOST_UNPACKED:
                raise _unreadable("La hoja es demasiado grande al descomprimirla.")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        lines = book.worksheets[0].iter_rows(max_col=MOST_COLUMNS, values_only=True)
        for number, cells in enumerate(lines, start=1):
            yield number, [_text(it) for it in cells]
    except _BROKEN as error:
        raise _unreadable("La hoja de cálculo está dañada.") from error


def _text(cell: Any) -> str:
    if isinstance(cell, datetime | date):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, float):
        return f"{cell:.4f}".rstrip("0").rstrip(".")  # without the noise of binary fractions
    return "" if cell is None else str(cell).strip()


def _unreadable(reason: str) -> Invalid:
    return Invalid(reason, archivo=[reason])
