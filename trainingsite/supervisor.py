"""A watchdog: runs programs side by side, shows what they say, and starts again what dies.

It knows nothing of Django or of this site. One thread, one loop: look at each part, read what the
parts have said, sleep a moment.
"""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from trainingsite.guardian import PATIENCE, Guardian, end, kill_group

TICK = 0.25  # seconds between two looks
LONGEST_PAUSE = 30.0
CALM = 60.0  # a part that ran this long starts again without a pause
SILENCE = 120.0  # seconds after which a part with a heartbeat counts as hung

Say = Callable[[str, str], None]


@dataclass(frozen=True, kw_only=True)
class Part:
    """A program to keep running.

    ``heartbeat`` is a file that the program touches: if it grows older than ``SILENCE`` the
    program is killed and started again. With ``then``, the program is a preparation: when it ends
    well, ``then`` takes its place; when it fails it is tried again.
    """

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    heartbeat: Path | None = None
    then: "Part | None" = None


class Runner:
    """One part while it is watched."""

    def __init__(self, part: Part, *, guardian: Guardian, say: Say) -> None:
        self.part = part
        self.process: subprocess.Popen[bytes] | None = None
        self._guardian = guardian
        self._say = say
        self._start_at = 0.0  # monotonic
        self._pause = 0.0
        self._started = 0.0  # by the clock on the wall, as files have it
        self._rest = b""
        self._talks = False

    def look(self) -> None:
        """Start it if it is due, clean up if it ended, restart it if it hangs."""
        if self.process is None:
            if time.monotonic() >= self._start_at:
                self._start()
        elif (code := self.process.poll()) is not None:
            self._ended(code)
        elif self._is_silent():
            self._say(self.part.name, f"sin señales de vida en {SILENCE:.0f} s; se reinicia")
            kill_group(self.process.pid)
            self._ended(self.process.wait())

    @property
    def output(self) -> IO[bytes] | None:
        """What to wait on for the part's words; None while it has nothing more to say."""
        return self.process.stdout if self.process and self._talks else None

    def read(self) -> None:
        """Say, line by line, what the part has written since the last time."""
        while self.output and (chunk := self.output.read(65536)) is not None:
            self._talks = bool(chunk)
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            for line in filter(None, map(bytes.rstrip, lines)):
                self._say(self.part.name, line.decode(errors="replace"))

    def forget(self) -> None:
        """Kill what is left of its process group and give its resources back."""
        if self.process is None:
            return
        kill_group(self.process.pid)
        self.process.wait()
        self.read()
        if self._rest:
            self._say(self.part.name, self._rest.decode(errors="replace"))
        if self.process.stdout:
            self.process.stdout.close()
        self._guardian.dismiss(self.process.pid)
        self.process = None

    def _start(self) -> None:
        """Start it in a session of its own: Ctrl-C on the terminal reaches only us."""
        self._started, self._rest, self._talks = time.time(), b"", True
        try:
            self.process = subprocess.Popen(  # noqa: S603
                self.part.command,
                env=os.environ | {"PYTHONUNBUFFERED": "1"} | self.part.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
                start_new_session=True,
                preexec_fn=self._guardian.enlist_self,
            )
        except OSError as error:
            return self._again_later(str(error))
        self._guardian.enlisted(self.process.pid)
        if self.process.stdout:
            os.set_blocking(self.process.stdout.fileno(), False)
        return None

    def _ended(self, code: int) -> None:
        self.forget()
        if code == 0 and self.part.then:
            self.part = self.part.then
            return
        self._again_later(_reason(code))

    def _again_later(self, why: str) -> None:
        calm = time.time() - self._started > CALM
        self._pause = 1.0 if calm else min(max(1.0, self._pause * 2), LONGEST_PAUSE)
        self._start_at = time.monotonic() + self._pause
        self._say(self.part.name, f"terminó ({why}); otra vez en {self._pause:.0f} s")

    def _is_silent(self) -> bool:
        if self.part.heartbeat is None:
            return False
        return time.time() - max(self._started, _touched(self.part.heartbeat)) > SILENCE


class Supervisor:
    """Runs parts until it is told to stop."""

    def __init__(self, parts: list[Part], *, guardian: Guardian, say: Say) -> None:
        self.runners = [Runner(part, guardian=guardian, say=say) for part in parts]
        self._guardian = guardian
        self._stopping = False

    def stop_on_signals(self) -> None:
        """Let Ctrl-C, a request to end and a closed terminal stop everything."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)

    def run(self, *, every_look: Callable[[], None] = lambda: None) -> None:
        """Keep the parts running until a signal comes, then end them within ``PATIENCE``."""
        try:
            while not self._stopping:
                for runner in self.runners:
                    runner.look()
                self._guardian.replace_if_dead()
                self._listen()
                every_look()
        finally:
            self._end()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _listen(self) -> None:
        """Wait for words from any part, a tick at most."""
        with selectors.DefaultSelector() as selector:
            for runner in self.runners:
                if runner.output:
                    selector.register(runner.output, selectors.EVENT_READ, runner)
            for key, _ in selector.select(TICK):
                key.data.read()

    def _end(self) -> None:
        end({runner.process.pid for runner in self.runners if runner.process}, patience=PATIENCE)
        for runner in self.runners:
            runner.forget()
        self._guardian.leave()


def _touched(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _reason(code: int) -> str:
    return f"señal {signal.Signals(-code).name}" if code < 0 else f"código {code}"
