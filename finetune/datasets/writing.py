"""A version's lines as files, scanned and hashed while they are written.

Memory does not grow with the rows: they come and leave in pieces of about a megabyte. A version
never changes but by an erasure, which its fingerprint then tells, so the pieces need no snapshot
in common.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO

from django.db import connection

from conversations.models import Conversation
from finetune import formats
from finetune.datasets.checking import TEXTS, TOLD, allowed_in, leak, refuse_erased, refuse_unlike
from finetune.formats import Line
from finetune.leakcheck import kinds, suspects
from finetune.models import Dataset, Part

TRAINED = "chat"  # the form that the fingerprint of a version is of
PIECE = 2000  # lines that are read, scanned, hashed and written together
_PIECE = """
SELECT question, answer, rejected FROM finetune_datasetitem
WHERE dataset_id = %s AND part = %s AND position BETWEEN %s AND %s ORDER BY position
"""

Row = tuple[str, str, str]
"""A question, its answer, and the answer that a person corrected."""


@dataclass(frozen=True)
class Written:
    """A file as it was written."""

    path: Path
    lines: int
    bytes: int
    sha256: str


class Sink:
    """A file that grows by lines and has its name only once it is whole."""

    def __init__(self, path: Path, line: Line, files: ExitStack) -> None:
        self.path = path
        self.line = line
        self.digest = hashlib.sha256()
        self.lines = self.bytes = 0
        self._partial = path.with_name(f"{path.name}.part")
        self._file: IO[bytes] = files.enter_context(self._partial.open("wb", buffering=0))
        files.callback(self._partial.unlink, missing_ok=True)

    def add(self, rows: Iterable[Row]) -> None:
        lines = [made for row in rows if (made := self.line(*row))]
        piece = b"".join(lines)
        self.digest.update(piece)
        self._file.write(piece)
        self.lines += len(lines)
        self.bytes += len(piece)

    def finish(self) -> Written:
        self._partial.replace(self.path)
        return Written(self.path, self.lines, self.bytes, self.digest.hexdigest())


def pieces(dataset: Dataset, part: str) -> Iterator[list[Row]]:
    """The lines of a part in the order of its file, some thousand at a time.

    By their places, which have no gaps: twice as fast as a cursor or COPY, whose rows come to
    Python one by one.
    """
    with connection.cursor() as cursor:
        for first in count(1, PIECE):
            cursor.execute(_PIECE, [dataset.pk, part, first, first + PIECE - 1])
            if not (piece := cursor.fetchall()):
                return
            yield piece


def write(
    dataset: Dataset, folder: Path, *, forms: Collection[str] = (TRAINED,)
) -> dict[str, Written]:
    """Write each part in each of ``forms``, and always as what is trained; by file name.

    The detector of personal data looks at every line once more. Raises :class:`LeakFound`, or a
    refusal for a version that lost lines to an erasure or is not what it was: then no file is
    there.
    """
    refuse_erased(dataset)
    forms = dict.fromkeys([TRAINED, *forms])
    with ExitStack() as files:
        sinks = {part: _sinks(dataset, part, folder, forms, files) for part in Part.values}
        for part, its in sinks.items():
            _fill(its, dataset, part)
        trained = [sinks[part][0].digest.digest() for part in Part.values]
        refuse_unlike(dataset, formats.combined(trained))
        return {sink.path.name: sink.finish() for part in Part.values for sink in sinks[part]}


def _fill(sinks: list[Sink], dataset: Dataset, part: str) -> None:
    """Write every line of ``part``, unless one looks personal."""
    read = Conversation.objects.filter(dataset_items__dataset=dataset)
    allowed = allowed_in(dataset.domain, read)
    written = 0
    for piece in pieces(dataset, part):
        _refuse_leaks(piece, part, after=written, allowed=allowed)
        for sink in sinks:
            sink.add(piece)
        written += len(piece)


def _refuse_leaks(piece: list[Row], part: str, *, after: int, allowed: list[str]) -> None:
    texts = [text for row in piece for text in row]
    found = [
        {"parte": part, "linea": after + place // TEXTS + 1, "clase": kind}
        for place in suspects(texts)
        for kind in kinds(texts[place], allowed=allowed)
    ]
    if found:
        raise leak(found[:TOLD])


def _sinks(
    dataset: Dataset, part: str, folder: Path, forms: Collection[str], files: ExitStack
) -> list[Sink]:
    system = dataset.prompt.bare
    return [
        Sink(folder / formats.file_name(form, part), formats.LINES[form](system), files)
        for form in forms
    ]
