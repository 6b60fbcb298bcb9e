"""The whole site in a folder of its own, as ``make run`` starts it, for tests that hurt it."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from threading import Thread

import psycopg

from trainingsite import guardian
from trainingsite.postgres import place

ROOT = Path(__file__).resolve().parents[1]


def a_clone():
    """This checkout in a folder of its own, with a space in its name and the same environment."""
    root = Path(tempfile.mkdtemp(prefix="un clon "))
    root.chmod(0o755)
    unwanted = shutil.ignore_patterns(".*", "var", "tests", "docs", "benchmarks", "__pycache__")
    shutil.copytree(ROOT, root, ignore=unwanted, dirs_exist_ok=True)
    return root


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def working_in(folder):
    """The pids of the processes whose folder is ``folder`` or one in it, the database's too."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if link.readlink().is_relative_to(folder):
                found.append(int(link.parent.name))
    return found


def children(pid):
    """The pids of the children of ``pid``, oldest first; none for one that is gone."""
    with contextlib.suppress(OSError):
        return [int(it) for it in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def family(pid):
    """``pid`` and everything below it."""
    return [pid, *(it for child in children(pid) for it in family(child))]


def until(condition, *, seconds, what="it"):
    """Wait for ``condition`` to hold; what it then is. Fails after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what} did not come in {seconds} s"
        time.sleep(0.02)
    return found


def until_gone(pids, *, seconds):
    """Those of ``pids`` that still live after ``seconds``."""
    deadline = time.monotonic() + seconds
    while any(map(guardian.lives, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return [pid for pid in pids if guardian.lives(pid)]


class Site:
    """A clone that runs: its web, its queue and its own PostgreSQL, with what they said."""

    def __init__(self, **environment):
        self.folder = a_clone()
        self.port = free_port()
        self.said = []
        self.process = None
        ports = {"PORT": str(self.port), "MODELSERVER_PORT": str(free_port())}
        keys = {"SECRET_KEY": "x" * 50, "PSEUDONYM_KEY": "y" * 50, "SEALING_KEY": "z" * 50}
        mine = {it: os.environ[it] for it in os.environ if not it.startswith(("LLM_", "POSTGRES_"))}
        nobody = {"LLM_PROVIDERS": "openai", "LLM_EMBEDDER": "openai"}
        nobody["OPENAI_BASE_URL"] = "http://127.0.0.1:9/v1"  # where nobody answers
        self.environment = mine | nobody | ports | keys | environment

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.stop()
        shutil.rmtree(self.folder)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def token(self):
        """The key of the API that the first start shows once."""
        line = next(it for it in self.said if "Clave de la API: " in it)
        return line.split("Clave de la API: ")[1].split()[0]

    def start(self, *, seconds=600):
        """Start it; return when its log-in page is up."""
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "dev"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        ready, before = f"listo en {self.url}", len(self.said)
        Thread(target=self._listen, args=[self.process.stdout], daemon=True).start()
        news = lambda: "".join(self.said[before:])  # noqa: E731
        until(lambda: self._ended() or ready in news(), seconds=seconds, what=ready)
        assert not self._ended(), self.text
        return self

    def stop(self):
        """End it as Ctrl-C does, and whatever did not end."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
        for pid in working_in(self.folder):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @property
    def text(self):
        return "".join(self.said)

    def part(self, word):
        """The leader of the process group that was started with ``word``; ``None``: not now."""
        for pid in children(self.process.pid):
            with contextlib.suppress(OSError):
                if word.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                    return pid
        return None

    def kill(self, word):
        """SIGKILL the whole process group of a part; the pids that it had."""
        leader = until(lambda: self.part(word), seconds=60, what=word)
        pids = family(leader)
        os.killpg(leader, signal.SIGKILL)
        return pids

    def crash_database(self):
        """SIGKILL the server of the database and everything of it, as a lost machine would."""
        data = self._place().data
        leader = int((data / "postmaster.pid").read_text().split()[0])
        for pid in [leader, *children(leader)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def connect(self):
        """A connection of our own to its database, once it is up; it commits each statement."""
        where = {"host": str(self._place().socket), "user": "postgres", "dbname": "trainingsite"}

        def connected():
            with contextlib.suppress(psycopg.OperationalError):
                return psycopg.connect(autocommit=True, application_name="test", **where)

        return until(connected, seconds=60, what="the database")

    def ask(self, query, *values):
        """The rows of one query."""
        with self.connect() as connection:
            return connection.execute(query, values or None).fetchall()

    def database_log(self):
        """What its PostgreSQL wrote."""
        return (self._place().data / "server.log").read_text(errors="replace")

    def _place(self):
        quick = self.environment.get("POSTGRES_FSYNC") == "0"
        return place.find(self.folder / "var" / ("postgres-nofsync" if quick else "postgres"))

    def _ended(self):
        return self.process.poll() is not None

    def _listen(self, pipe):
        with pipe:
            self.said.extend(pipe)  # line by line, as they come
