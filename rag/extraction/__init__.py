"""The text of files from strangers, read in a process that may be killed. Pure.

Whatever a file does to its reader, it does it to a process of its own, with little memory, little
time, no secrets and no database.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from rag.chunking import Block
from rag.extraction import limits
from rag.extraction.faults import Fault, Unreadable
from rag.extraction.kinds import FileKind, kind_of

__all__ = ["Extracted", "Fault", "FileKind", "Unreadable", "extract", "kind_of"]

_ROOT = Path(__file__).resolve().parents[2]
_OUT_OF_TIME = {signal.SIGXCPU, signal.SIGKILL, signal.SIGALRM}
_MARGIN = 3  # seconds: the child ends by itself before
# lxml would read what defusedxml refuses, and threads of numpy take memory that nobody uses.
_ENVIRONMENT = {"OPENPYXL_LXML": "False", "OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}


@dataclass(frozen=True)
class Extracted:
    """What was read of a file; ``pages`` of what has some."""

    blocks: list[Block]
    pages: int | None


def extract(file: IO[bytes], kind: FileKind) -> Extracted:
    """Read ``file`` (a real one, with a descriptor, from its start), which holds ``kind``.

    Raises :class:`Unreadable` with the reason, after ``limits.WALL_SECONDS`` and a little at most.
    """
    file.seek(0)
    with tempfile.TemporaryFile() as said:
        code = _run(kind, file, said)
        said.seek(0)
        return _heard(said, code)


def _run(kind: FileKind, file: IO[bytes], said: IO[bytes]) -> int:
    """Have the child read; its exit status, negative for the signal that ended it."""
    command = [sys.executable, "-m", "rag.extraction.child", kind, str(limits.CPU_SECONDS)]
    try:
        return subprocess.run(  # noqa: S603
            command,
            stdin=file,
            stdout=said,
            stderr=subprocess.DEVNULL,  # tracebacks quote what they were reading
            cwd=_ROOT,
            env=_ENVIRONMENT | {"PATH": os.defpath},
            timeout=limits.WALL_SECONDS + _MARGIN,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        raise Unreadable(Fault.TIME) from None


def _heard(said: IO[bytes], code: int) -> Extracted:
    if code < 0:
        raise Unreadable(Fault.TIME if -code in _OUT_OF_TIME else Fault.DAMAGED)
    lines = [json.loads(line) for line in said] if code == 0 else []
    last: dict[str, Any] = lines.pop() if lines else {"fault": Fault.MEMORY}
    if "fault" in last:
        raise Unreadable(Fault(last["fault"]))
    return Extracted([Block(**line) for line in lines], last["pages"])
