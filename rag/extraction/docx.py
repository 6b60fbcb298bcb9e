"""DOCX, paragraph by paragraph: however long it is, only one is in memory. Pure.

The names of elements are those of ECMA-376, part 1, section 17.
"""

import zipfile
from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse

from rag.chunking import Block
from rag.extraction import archives
from rag.extraction.faults import Fault, Unreadable
from rag.extraction.limits import LONGEST_HEADING, MOST_PARAGRAPHS

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_P, _ROW = f"{_W}p", f"{_W}tr"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_STANDS_FOR = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_HEADINGS = ("heading", "title", "título", "encabezado")


def read_docx(file: IO[bytes]) -> Iterator[Block]:
    """Its paragraphs, those of tables a row at a time; revisions that were deleted are not read."""
    with archives.opened(file) as archive:
        headings = _heading_styles(archive)
        with archive.open("word/document.xml") as part:
            yield from _blocks(part, headings)


def _heading_styles(archive: zipfile.ZipFile) -> set[str]:
    """The ids of the styles that are headings: an id is in the language of who wrote it."""
    if "word/styles.xml" not in archive.namelist():
        return set()
    with archive.open("word/styles.xml") as part:
        styles = (it for event, it in _parsed(part, f"{_W}style") if event == "end")
        return {it.get(f"{_W}styleId") or "" for it in styles if _is_heading(it)}


def _is_heading(style: Element) -> bool:
    name = style.find(f"{_W}name")
    return name is not None and (name.get(f"{_W}val") or "").lower().startswith(_HEADINGS)


def _blocks(part: IO[bytes], headings: set[str]) -> Iterator[Block]:
    body = _Body(headings)
    for event, element in _parsed(part, *_Body.READ):
        if block := body.see(event, element):
            yield block


class _Body:
    """What is known while the elements of a document go by."""

    READ = (_P, _ROW, _FALLBACK)

    def __init__(self, headings: set[str]) -> None:
        self.headings = headings
        self.heading = ""
        self.paragraphs = 0
        self.cells: list[str] = []  # of the row that is open
        self.inside = dict.fromkeys((_ROW, _FALLBACK), 0)  # how deep: tables stand in cells

    def see(self, event: str, element: Element) -> Block | None:
        """The block that ends with ``element``, if one does."""
        if element.tag in self.inside:
            self.inside[element.tag] += 1 if event == "start" else -1
            return self._row_ended() if element.tag == _ROW and event == "end" else None
        return self._paragraph(element) if event == "end" else None

    def _paragraph(self, element: Element) -> Block | None:
        self.paragraphs += 1
        if self.paragraphs > MOST_PARAGRAPHS:
            raise Unreadable(Fault.PARAGRAPHS)
        text = _text(element)
        if not text or self.inside[_FALLBACK]:  # which says again what stands before it
            return None
        if self.inside[_ROW]:
            self.cells.append(text)
            return None
        if _style(element) in self.headings:
            self.heading = text[:LONGEST_HEADING]
            return None
        return Block(text, heading=self.heading)

    def _row_ended(self) -> Block | None:
        if self.inside[_ROW] or not self.cells:
            return None
        row, self.cells = "; ".join(self.cells), []
        return Block(row, heading=self.heading)


def _parsed(part: IO[bytes], *tags: str) -> Iterator[tuple[str, Element]]:
    """The elements called ``tags`` as they begin and end; each is emptied once it was seen."""
    for event, element in iterparse(part, events=("start", "end"), forbid_dtd=True):
        if element.tag in tags:
            yield event, element
            if event == "end":
                element.clear()


def _text(paragraph: Element) -> str:
    parts = (
        it.text or "" if it.tag == f"{_W}t" else _STANDS_FOR.get(it.tag, "")
        for it in paragraph.iter()
    )
    return "".join(parts).strip()


def _style(paragraph: Element) -> str:
    found = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return "" if found is None else found.get(f"{_W}val") or ""
