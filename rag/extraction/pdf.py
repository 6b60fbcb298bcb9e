"""PDF, page by page; its bookmarks are the headings. Pure."""

import contextlib
from collections.abc import Iterator
from typing import IO, Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import Destination

from rag.chunking import Block
from rag.extraction.faults import Fault, Unreadable
from rag.extraction.limits import LONGEST_HEADING, MOST_PAGES


def read_pdf(file: IO[bytes]) -> Iterator[Block]:
    """Its pages that have text, under the last bookmark that leads there."""
    reader = PdfReader(file)
    # Many are locked against printing only: those open without a password.
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable(Fault.ENCRYPTED)
    if len(reader.pages) > MOST_PAGES:
        raise Unreadable(Fault.PAGES)
    headings, heading = _bookmarks(reader), ""
    for number, page in enumerate(reader.pages, start=1):
        heading = headings.get(number, heading)
        yield Block(page.extract_text(), page=number, heading=heading)


def _bookmarks(reader: PdfReader) -> dict[int, str]:
    """Page -> the first bookmark that leads to it; none when they cannot be read."""
    found: dict[int, str] = {}
    with contextlib.suppress(PyPdfError, RecursionError, KeyError, TypeError, AttributeError):
        for mark in _flat(reader.outline):
            page = reader.get_destination_page_number(mark)
            if page is not None and page >= 0:
                found.setdefault(page + 1, (mark.title or "")[:LONGEST_HEADING])
    return found


def _flat(outline: list[Any]) -> Iterator[Destination]:
    for item in outline:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item
