"""Ends what the watchdog started if the watchdog itself is killed.

It cannot be told to end: it leaves when the watchdog does. A death signal on each child would not
be enough, as the queue's workers survive the death of their parent and go on taking tasks.

Run as ``python -m trainingsite.guardian [FOLDER OF THE EMBEDDED DATABASE]``. Standard input is a
pipe that only the watchdog holds: ``+123`` says that process group 123 was started and ``-123``
that it has ended. Whatever has not ended when the pipe closes is ended here.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

PATIENCE = 3.0  # seconds from the polite request to the kill


class Guardian:
    """The watchdog's side of the pipe."""

    def __init__(self, database: Path | None, keep_open: Iterable[int] = ()) -> None:
        self._command = [sys.executable, "-m", "trainingsite.guardian"]
        self._command += [str(database)] if database else []
        self._keep_open = tuple(keep_open)
        self._groups: set[int] = set()
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            self._command,
            stdin=subprocess.PIPE,
            start_new_session=True,
            pass_fds=self._keep_open,
            cwd=Path(__file__).resolve().parent.parent,
        )

    def enlist_self(self) -> None:
        """Called in a child between fork and exec, so that no moment is left unguarded."""
        self._tell(f"+{os.getpid()}\n")

    def enlisted(self, group: int) -> None:
        """Remember a group, for a guardian that has to be replaced."""
        self._groups.add(group)

    def dismiss(self, group: int) -> None:
        """Forget a group that has ended."""
        self._groups.discard(group)
        self._tell(f"-{group}\n")

    def replace_if_dead(self) -> bool:
        """Start another one if it was killed; return whether it was."""
        if self._process.poll() is None:
            return False
        self._start()
        for group in self._groups:
            self._tell(f"+{group}\n")
        return True

    def leave(self) -> None:
        """Close the pipe and wait until it has gone."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # replaced at the next look
            if self._process.stdin:
                os.write(self._process.stdin.fileno(), line.encode())


def kill_group(group: int) -> None:
    """Kill every process of a group, if there still is one."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def lives(pid: int) -> bool:
    """Whether a process runs. Signal 0 does not tell: in a container zombies may stay for long."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def end(groups: set[int], *, patience: float = PATIENCE) -> None:
    """Ask the leader of each group to end, wait for it, then kill what is left of the groups.

    Only the leader is asked: workers that get the request too would report it as a failure.
    """
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.kill(group, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and any(lives(group) for group in groups):
        time.sleep(0.1)
    for group in groups:
        kill_group(group)


def main(database: Path | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        change = groups.add if line.startswith("+") else groups.discard
        change(int(line[1:]))
    if groups:
        end(groups)
        if database:
            stop_database(database)


def stop_database(folder: Path) -> None:
    """Stop the embedded server unless another process uses it. Rarely needed, so loaded here."""
    from trainingsite.postgres import place, server

    with contextlib.suppress(OSError, place.ServerError):
        server.stop_if_unused(place.find(folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
