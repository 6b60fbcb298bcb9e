"""Processes beside this one: a model server, and peers that live in other environments."""

import json
import os
import secrets
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from benchmarks.figure import Omitted

ROOT = Path(__file__).parent.parent
START_SECONDS = 60


def python_of(environment: str) -> Path:
    """The Python of ``.venv-models`` or ``.venv-bench``. Raises Omitted where it is not there."""
    python = ROOT / environment / "bin" / "python"
    if not (ROOT / environment / ".setup-stamp").exists():  # absent, or not complete
        raise Omitted(f"falta {environment}: lo instala make bench")
    return python


class Peer:
    """A module of ``benchmarks.peers`` as a process: a line of JSON in, a line of JSON out.

    ``environment`` is the folder of its Python; ``variables`` are added to this process's own.
    """

    def __init__(self, module: str, *, environment: str, **variables: str) -> None:
        self.process = subprocess.Popen(
            [python_of(environment), "-m", f"benchmarks.peers.{module}"],
            cwd=ROOT,
            # The model server gives its own engines one thread, too.
            env=os.environ | {"OMP_NUM_THREADS": "1"} | variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **request: Any) -> Any:
        """Send one request and wait for its answer. Raises RuntimeError if it died."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        if not (answer := self.process.stdout.readline()):
            raise RuntimeError(f"the peer {self.process.args!r} ended")
        return json.loads(answer)

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_exc_info: object) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        end(self.process)


@contextmanager
def model_server(**extra: str) -> Iterator[str]:
    """A real model server on a free port, which the site uses meanwhile; gives its address.

    ``extra`` are more of its variables. Its files are temporary. Raises Omitted without its
    environment, RuntimeError if it does not come up.
    """
    python = python_of(".venv-models")
    port, key = free_port(), secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="modelserver-") as folder:
        wanted = {"API_KEY": key, "PORT": str(port), "DATA_DIR": folder} | extra
        log = Path(folder) / "server.log"
        process = subprocess.Popen(
            [python, "-m", "modelserver"],
            cwd=ROOT,
            env=os.environ | {f"MODELSERVER_{name}": value for name, value in wanted.items()},
            stdout=subprocess.DEVNULL,
            stderr=log.open("ab"),
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/health", process, log)
            local = {"base_url": f"http://127.0.0.1:{port}/v1", "api_key": key}
            settings.LLM_PROVIDERS["local"] |= local
            yield local["base_url"]
        finally:
            end(process)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for(url: str, process: subprocess.Popen[Any], log: Path) -> None:
    """Wait until ``url`` answers. Raises RuntimeError with the log's end if it never does."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 (loopback)
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} did not answer:\n{log.read_text(errors='replace')[-2000:]}")


def end(process: subprocess.Popen[Any]) -> None:
    """Ask a process to end, and make sure."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
