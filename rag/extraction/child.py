"""The process that reads one document and may be killed.

``python -m rag.extraction.child KIND SECONDS`` takes the file on standard input and says, one JSON
object a line, the blocks that it finds; last ``{"pages": n}``, or ``{"fault": why}``. It limits
itself before it looks at a byte, and it ends by itself, whoever started it. It needs neither
Django nor the site's secrets.
"""

import json
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from typing import IO, TextIO

from rag.chunking import Block
from rag.extraction import limits
from rag.extraction.cleaning import clean
from rag.extraction.faults import Fault, Unreadable
from rag.extraction.kinds import FileKind


def main(kind: str, file: IO[bytes], said: TextIO) -> None:
    """Read ``file`` and say what is in it; whatever goes wrong is a fault of the file."""
    try:
        tell(_read(FileKind(kind), file), said)
    except Unreadable as error:
        _say(said, fault=error.fault)
    except Exception as error:  # noqa: BLE001 (readers fail on broken files in every way there is)
        _say(said, fault=_fault_of(error))


def tell(blocks: Iterator[Block], said: TextIO) -> None:
    """Say the blocks that hold text, clean; :class:`Unreadable` when there is none, or too much."""
    left, page, found = limits.MOST_CHARACTERS, None, False
    for block in blocks:
        page = block.page
        left -= len(block.text)
        if left < 0:
            raise Unreadable(Fault.CHARACTERS)
        if text := clean(block.text):
            found = True
            _say(said, text=text, page=block.page, heading=clean(block.heading))
    if not found:
        raise Unreadable(Fault.NO_TEXT)
    _say(said, pages=page)


def limit_self(seconds: int) -> None:
    """Never more than this of the processor, and what ``limits`` gives, whatever the file does."""
    for what, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, limits.MEMORY),
        (resource.RLIMIT_FSIZE, limits.OUTPUT),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    signal.alarm(limits.WALL_SECONDS)


def _read(kind: FileKind, file: IO[bytes]) -> Iterator[Block]:
    return _reader(kind)(file)


def _reader(kind: FileKind) -> Callable[[IO[bytes]], Iterator[Block]]:
    """Only the libraries that one kind needs are loaded: they take memory of the file's share."""
    if kind == FileKind.PDF:
        from rag.extraction.pdf import read_pdf

        return read_pdf
    if kind == FileKind.DOCX:
        from rag.extraction.docx import read_docx

        return read_docx
    if kind in (FileKind.CSV, FileKind.XLSX):
        from rag.extraction.tables import read_csv, read_xlsx

        return read_csv if kind == FileKind.CSV else read_xlsx
    from rag.extraction.plain import read_markdown, read_text

    return read_markdown if kind == FileKind.MD else read_text


def _fault_of(error: BaseException | None) -> Fault:
    """What is wrong with the file, by what its reader failed with, or that one's cause."""
    from defusedxml import DefusedXmlException

    if isinstance(error, DefusedXmlException):
        return Fault.FORBIDDEN_XML
    if isinstance(error, MemoryError):
        return Fault.MEMORY
    return _fault_of(error.__cause__) if error else Fault.DAMAGED


def _say(said: TextIO, **what: str | int | None) -> None:
    said.write(json.dumps(what, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    limit_self(int(sys.argv[2]))
    main(sys.argv[1], sys.stdin.buffer, sys.stdout)
