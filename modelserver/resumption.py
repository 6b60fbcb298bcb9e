"""Where a training that was stopped goes on, and how it is asked to stop. Pure paths, no torch.

The trainer keeps its state in ``trainer/checkpoint-N``. A kill may leave one half written, so a
state counts once it is marked, and marking is the last thing done to it.
"""

import os
import shutil
from pathlib import Path
from typing import NamedTuple

from modelserver.store import sync_folder

_STATES = "trainer"
_PREFIX = "checkpoint-"
_MARK = "whole"
_PAUSE = "pause"


class State(NamedTuple):
    """A state that a training can go on from."""

    step: int
    folder: Path


def states_folder(job: Path) -> Path:
    """Where the trainer of a job's folder keeps its states."""
    return job / _STATES


def mark(job: Path, step: int) -> None:
    """Make the state of a step count."""
    folder = states_folder(job) / f"{_PREFIX}{step}"
    for path in folder.iterdir():
        _sync(path)
    (folder / _MARK).touch()
    sync_folder(folder)
    sync_folder(folder.parent)


def last_state(job: Path) -> State | None:
    """The latest state that counts."""
    marked = states_folder(job).glob(f"{_PREFIX}*/{_MARK}")
    found = [State(int(it.parent.name.removeprefix(_PREFIX)), it.parent) for it in marked]
    return max(found, default=None)


def forget(job: Path) -> None:
    """Remove every state: nothing will go on from them."""
    shutil.rmtree(states_folder(job), ignore_errors=True)


def ask_to_pause(job: Path) -> None:
    """Ask the training of a job's folder to keep its state and stop; a file outlives us both."""
    (job / _PAUSE).touch()


def is_asked_to_pause(job: Path) -> bool:
    """Whether somebody asked."""
    return (job / _PAUSE).exists()


def withdraw_pause(job: Path) -> None:
    """Nobody asks any more."""
    (job / _PAUSE).unlink(missing_ok=True)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
