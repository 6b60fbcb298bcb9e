"""Child processes that can neither outlive the server nor take it down with them."""

import asyncio
import ctypes
import os
import signal
import sys
from asyncio.subprocess import Process
from pathlib import Path
from typing import Any

_PARENT = "MODELSERVER_PARENT_PID"
_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
ROOT = Path(__file__).resolve().parent.parent


async def spawn(module: str, *arguments: str, threads: int, **streams: Any) -> Process:
    """Start one of our modules as a child; it must call ``die_with_parent`` first of all.

    It gets a session of its own, so that Ctrl-C in the server's terminal reaches the server alone,
    which then ends its children in order.
    """
    settings = {
        _PARENT: str(os.getpid()),
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": str(threads),
        "TOKENIZERS_PARALLELISM": "false",
    }
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        env=os.environ | settings,
        start_new_session=True,
        **streams,
    )


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent dies, however it dies.

    A parent that is gone already is noticed too: then nobody would send the signal any more.
    """
    ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != int(os.environ[_PARENT]):
        raise SystemExit(1)


async def kill(process: Process) -> None:
    """End a child at once and wait until it is gone; there is nothing it would have to save."""
    if process.returncode is None:
        process.kill()
    await process.wait()


def has_ended(process: Process) -> bool:
    """Whether ``process`` is gone, as the kernel knows it: the event loop hears of it later."""
    if process.returncode is not None:
        return True
    try:
        ended = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:  # already collected, by the loop's own watcher
        return True
    return ended is not None
