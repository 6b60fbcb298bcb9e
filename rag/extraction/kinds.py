"""What a file is, by its content: the name only tells kinds of plain text apart. Pure."""

from enum import StrEnum
from pathlib import PurePath
from typing import IO

SAMPLE = 64 * 1024  # bytes of a text that are looked at
_STEP = 1024 * 1024
_MARKS = (b"\xff\xfe", b"\xfe\xff")  # that UTF-16 begins with
_ZIP = b"PK\x03\x04"
_MEMBERS = {b"word/document.xml": "docx", b"xl/workbook.xml": "xlsx"}
_OTHER_THINGS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"{\\rtf", b"\xd0\xcf\x11\xe0")


class FileKind(StrEnum):
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    CSV = "csv"
    MD = "md"
    TXT = "txt"


NAMED = {".csv": FileKind.CSV, ".md": FileKind.MD, ".markdown": FileKind.MD}


def kind_of(name: str, file: IO[bytes]) -> FileKind | None:
    """What ``file`` holds; ``None``: nothing that can be read. It is left at its start."""
    file.seek(0)
    head = file.read(SAMPLE)
    if head.startswith(_ZIP):
        kind = _zipped(file)
    elif b"%PDF-" in head[:1024]:
        kind = FileKind.PDF
    else:
        kind = NAMED.get(PurePath(name).suffix.lower(), FileKind.TXT) if _is_text(head) else None
    file.seek(0)
    return kind


def _is_text(head: bytes) -> bool:
    if not head or head.startswith(_OTHER_THINGS):
        return False
    return head.startswith(_MARKS) or b"\0" not in head


def _zipped(file: IO[bytes]) -> FileKind | None:
    """Which document a ZIP archive is, by the names in it: they stand there as they are."""
    file.seek(0)
    before = b""
    while piece := file.read(_STEP):
        for member, kind in _MEMBERS.items():
            if member in before + piece:
                return FileKind(kind)
        before = piece[-32:]  # a name may lie across two pieces
    return None
