"""A text in pieces that a search can find, each knowing its page and heading. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

LOOK_BACK = 100  # characters that a cut may move back to a better place (requirements, 2.3)
BETWEEN = "\n\n"

# Bounded, so that a text of nothing but dots costs no more than another.
SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'»”)\]]{0,3}\s+|\n+")
_SPACE = re.compile(r"\s+")

Layout = list[tuple[int, int | None, str]]
"""Where in a text another page or heading begins: (offset, page, heading), in order."""


@dataclass(frozen=True)
class Block:
    """What stands together in a document: a paragraph, a page, some rows of a table."""

    text: str
    page: int | None = None
    heading: str = ""


@dataclass(frozen=True)
class Piece:
    """What is embedded and found. ``page`` is the one that it begins on."""

    text: str
    page: int | None = None
    heading: str = ""


def chunks(source: str | Iterable[Block], *, size: int, overlap: int) -> list[Piece]:
    """``source`` in pieces of at most ``size`` characters, each with the end of the one before.

    A piece ends at the end of a sentence, else at a space, and never goes on under another
    heading. The ``overlap`` is at most half of ``size``.

    >>> [it.text for it in chunks("Uno dos. Tres cuatro. Cinco.", size=21, overlap=12)]
    ['Uno dos. Tres cuatro.', 'Tres cuatro. Cinco.']
    """
    blocks = [Block(source)] if isinstance(source, str) else source
    return [
        piece
        for _heading, section in groupby(blocks, key=lambda block: block.heading)
        for piece in _pieces(list(section), size, min(overlap, size // 2))
    ]


def joined(blocks: Iterable[Block]) -> tuple[str, Layout]:
    """``blocks`` as one text, and where in it their pages and headings are."""
    parts: list[str] = []
    layout: Layout = []
    offset = 0
    now: tuple[int | None, str] = (None, "")
    for block in blocks:
        here = (block.page, block.heading)
        if here != now:
            layout.append((offset, *here))
            now = here
        parts.append(block.text)
        offset += len(block.text) + len(BETWEEN)
    return BETWEEN.join(parts), layout


def blocks_of(text: str, layout: Sequence[Sequence]) -> list[Block]:
    """The blocks that :func:`joined` made ``text`` and ``layout`` of, as far as they differed.

    >>> blocks = [Block("Uno.", 1), Block("Dos.", 1), Block("Tres.", 2, "Fin")]
    >>> blocks_of(*joined(blocks))
    [Block(text='Uno.\\n\\nDos.', page=1, heading=''), Block(text='Tres.', page=2, heading='Fin')]
    """
    starts = [*layout] if layout and layout[0][0] == 0 else [(0, None, ""), *layout]
    ends = [start for start, _page, _heading in starts[1:]] + [len(text)]
    blocks = [
        Block(text[start:end].strip(), page, heading)
        for (start, page, heading), end in zip(starts, ends, strict=True)
    ]
    return [block for block in blocks if block.text]


def _pieces(section: Sequence[Block], size: int, overlap: int) -> Iterator[Piece]:
    """The pieces of what stands under one heading."""
    text, layout = joined(replace(block, heading="") for block in section)
    heading = section[0].heading
    for start, end in _spans(text, size, overlap):
        if words := text[start:end].strip():
            yield Piece(words, _page_at(layout, start), heading)


def _page_at(layout: Layout, place: int) -> int | None:
    pages = [page for offset, page, _heading in layout if offset <= place]
    return pages[-1] if pages else None


def _spans(text: str, size: int, overlap: int) -> Iterator[tuple[int, int]]:
    start = 0
    while len(text) - start > size:
        end = _end(text, start + size, back=min(LOOK_BACK, size // 4))
        yield start, end
        start = _start(text, end - overlap, end)
    yield start, len(text)


def _end(text: str, limit: int, *, back: int) -> int:
    """Where a piece that may go up to ``limit`` ends: nothing is cut that need not be."""
    for mark in (SENTENCE_END, _SPACE):
        # One more character is looked at: the sentence may end right at the limit.
        ends = [it.end() for it in mark.finditer(text, limit - back, limit + 1)]
        if ends:
            return min(ends[-1], limit)
    return limit


def _start(text: str, earliest: int, end: int) -> int:
    """Where the next piece begins: with a sentence of the overlap, else with a word of it."""
    for mark in (SENTENCE_END, _SPACE):
        found = mark.search(text, max(0, earliest - 1), end)
        if found and found.end() < end:
            return found.end()
    return earliest
