"""Folders of small JSON files that survive a crash at any moment.

A thing is one folder named by its id. It is filled under another name and renamed into place, and
each file in it is replaced by rename too: what can be seen is always whole.
"""

import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ID = re.compile(r"[a-z]+-[0-9a-f]{24}")
_UNFINISHED = ".new-"


def new_id(prefix: str) -> str:
    """A fresh id such as ``file-...``; ids sort by the time they were made."""
    return f"{prefix}-{time.time_ns():016x}{secrets.token_hex(4)}"


def write_json(path: Path, data: Any) -> None:
    """Replace a JSON file so that a crash leaves the old or the new one, never half."""
    draft = path.with_name(f"{path.name}.new")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(data, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the renames in a folder last."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Folders:
    """The things of one kind: one folder each under ``root``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        for leftover in root.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(leftover)

    def create(self, name: str, fill: Callable[[Path], None]) -> None:
        """Make the folder ``name``; ``fill`` writes its files before anybody can see it."""
        draft = self.root / f"{_UNFINISHED}{name}"
        draft.mkdir()
        fill(draft)
        sync_folder(draft)
        draft.replace(self.root / name)
        sync_folder(self.root)

    def find(self, name: str) -> Path | None:
        """The folder of that id, or ``None``; a name that is no id finds nothing."""
        folder = self.root / name
        return folder if ID.fullmatch(name) and folder.is_dir() else None

    def remove(self, name: str) -> None:
        """Remove a folder at once: it is out of sight before its files go."""
        grave = self.root / f"{_UNFINISHED}{name}"
        (self.root / name).replace(grave)
        shutil.rmtree(grave)

    def newest_first(self) -> Iterator[Path]:
        """Every folder, the latest made first."""
        names = (it.name for it in self.root.iterdir() if ID.fullmatch(it.name))
        return (self.root / name for name in sorted(names, key=_age, reverse=True))


def _age(name: str) -> str:
    return name.rpartition("-")[2]
