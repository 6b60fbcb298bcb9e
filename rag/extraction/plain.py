"""Plain text and Markdown, in whatever encoding Spanish is written. Pure."""

import codecs
import re
from collections.abc import Iterator
from typing import IO

from charset_normalizer import from_bytes

from rag.chunking import Block

_HEADING = re.compile(r"#{1,6}[ \t]+(\S.*)")
_FENCE = re.compile(r"\s*(```|~~~)")
# Of Windows, of old Macs and of DOS; the first where bytes do not tell.
_ENCODINGS = ["cp1252", "mac_roman", "cp850"]
_MARKED = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def decoded(data: bytes) -> str:
    """The text in ``data``: UTF-8, UTF-16 if it says so, else what Spanish text is likeliest in."""
    encoding = _MARKED.get(data[:2], "utf-8-sig")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        best = from_bytes(data, cp_isolation=_ENCODINGS).best()
        return str(best) if best else data.decode("latin-1")


def read_text(file: IO[bytes]) -> Iterator[Block]:
    yield Block(decoded(file.read()))


def read_markdown(file: IO[bytes]) -> Iterator[Block]:
    return sections(decoded(file.read()))


def sections(text: str) -> Iterator[Block]:
    """``text`` cut at its Markdown headings; a ``#`` within a block of code is none.

    >>> [(it.heading, it.text) for it in sections("Hola.\\n# Envíos\\nEn dos días.")]
    [('', 'Hola.'), ('Envíos', 'En dos días.')]
    """
    heading, lines, in_code = "", list[str](), False
    for line in text.splitlines():
        in_code ^= bool(_FENCE.match(line))
        found = None if in_code else _HEADING.fullmatch(line)
        if not found:
            lines.append(line)
            continue
        yield from _section(heading, lines)
        heading, lines = found[1].rstrip(" \t#"), []
    yield from _section(heading, lines)


def _section(heading: str, lines: list[str]) -> Iterator[Block]:
    """A heading with nothing below it is text itself: nobody else would say it."""
    text = "\n".join(lines).strip()
    if text or heading:
        yield Block(text or heading, heading=heading)
