"""A version's lines as files: one pass over one snapshot, hashed while it is written.

Memory does not grow with the rows: they come by COPY, in one statement and so from one moment,
and leave in pieces of about a megabyte.
"""

import hashlib
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.db import connection

from conversations.models import Conversation
from finetune import formats
from finetune.datasets.checking import allowed_in, leak, refuse_erased, refuse_unlike
from finetune.formats import Line
from finetune.leakcheck import is_suspect, kinds
from finetune.models import Dataset, Part

TRAINED = "chat"  # the form that the fingerprint of a version is of
PIECE = 2000  # lines that are hashed and written together
_ROWS = """
COPY (
    SELECT part, position, question, answer, rejected FROM finetune_datasetitem
    WHERE dataset_id = %s ORDER BY part, position
) TO STDOUT (FORMAT BINARY)
"""
_TYPES = ("varchar", "int4", "text", "text", "text")

Row = tuple[str, int, str, str, str]


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
        self.waiting: list[bytes] = []
        self.digest = hashlib.sha256()
        self.lines = self.bytes = 0
        self._partial = path.with_name(f"{path.name}.part")
        self._file: IO[bytes] = files.enter_context(self._partial.open("wb", buffering=0))
        files.callback(self._partial.unlink, missing_ok=True)

    def add(self, question: str, answer: str, rejected: str) -> None:
        if line := self.line(question, answer, rejected):
            self.waiting.append(line)
            if len(self.waiting) == PIECE:
                self.flush()

    def flush(self) -> None:
        piece = b"".join(self.waiting)
        self.digest.update(piece)
        self._file.write(piece)
        self.lines += len(self.waiting)
        self.bytes += len(piece)
        self.waiting.clear()

    def finish(self) -> Written:
        self._partial.replace(self.path)
        return Written(self.path, self.lines, self.bytes, self.digest.hexdigest())


def rows(dataset: Dataset) -> Iterator[Row]:
    """Part, place, question, answer and corrected answer of each line, in the order of the files.

    The connection does nothing else until the last one is read.
    """
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(_ROWS, [dataset.pk]) as copy,
    ):
        copy.set_types(_TYPES)
        yield from copy.rows()


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
        fill(sinks, dataset)
        trained = [sinks[part][0].digest.digest() for part in Part.values]
        refuse_unlike(dataset, formats.combined(trained))
        return {sink.path.name: sink.finish() for part in Part.values for sink in sinks[part]}


def fill(sinks: dict[str, list[Sink]], dataset: Dataset) -> None:
    """Write every line of ``dataset`` to the sinks of its part, unless it looks personal."""
    read = Conversation.objects.filter(dataset_items__dataset=dataset)
    allowed = allowed_in(dataset.domain, read)
    for part, position, question, answer, rejected in rows(dataset):
        if is_suspect(question) or is_suspect(answer) or is_suspect(rejected):
            said = (question, answer, rejected)
            if found := [kind for text in said for kind in kinds(text, allowed=allowed)]:
                raise leak([{"parte": part, "linea": position, "clase": it} for it in found])
        for sink in sinks[part]:
            sink.add(question, answer, rejected)
    for sink in (sink for its in sinks.values() for sink in its):
        sink.flush()


def _sinks(
    dataset: Dataset, part: str, folder: Path, forms: Collection[str], files: ExitStack
) -> list[Sink]:
    system = dataset.prompt.text
    return [
        Sink(folder / formats.file_name(form, part), formats.LINES[form](system), files)
        for form in forms
    ]
