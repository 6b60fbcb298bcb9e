"""Run the benchmarks one after another, each in a process of its own; see the package."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

from benchmarks import report
from benchmarks.figure import Omitted

ROOT = Path(__file__).parent.parent
FIGURES = Path(__file__).parent / "figures"


def names(chosen: str = "") -> list[str]:
    """The benchmarks to run: all, or the one ``chosen``. Raises Omitted for an unknown name."""
    known = sorted(it.stem for it in FIGURES.glob("*.py") if it.stem != "__init__")
    if chosen and chosen not in known:
        raise Omitted(f"No hay una medida «{chosen}»; hay: {', '.join(known)}.")
    return [chosen] if chosen else known


def measure(name: str, folder: Path) -> tuple[list[report.Line], bool]:
    """Run one benchmark, say each figure as it is done; return them and whether it went well."""
    started = time.monotonic()
    lines: list[report.Line] = []
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.run", name],
        cwd=ROOT,
        env=environment(name, folder),
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            for said in child.stdout or ():
                print(said, end="", flush=True)
                lines.append(json.loads(said))
        except BaseException:
            child.terminate()
            raise
    went_well = child.returncode == 0
    if went_well:
        report.keep(name, lines, seconds=time.monotonic() - started)
    return lines, went_well


def environment(name: str, folder: Path) -> dict[str, str]:
    """What a benchmark's process sees: a database and files of its own, never the site's."""
    return os.environ | {
        "BENCHMARK": name,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DATABASE_URL": "",
        "POSTGRES_DATA": str(folder / "postgres"),
        "POSTGRES_FSYNC": "1",
        "MEDIA_ROOT": str(folder / "media"),
        "LLM_PROVIDERS": "local",
        "LLM_EMBEDDER": "local",
        "LLM_TIMEOUT": "300",  # a busy machine is measured, not given up on
        "LOG_LEVEL": "ERROR",
    }


def main() -> int:
    """Measure, print the table; 1 if a benchmark broke. A goal not met is no failure."""
    try:
        chosen = names(os.environ.get("NAME", ""))
    except Omitted as reason:
        sys.exit(str(reason))
    lines: list[report.Line] = []
    broken = []
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o711)  # under root, another user runs PostgreSQL and must pass
        (folder / "static").mkdir()
        for name in chosen:
            figures, went_well = measure(name, folder)
            lines += figures
            broken += [] if went_well else [name]
    print(f"\n{report.table(lines)}")
    if broken:
        print(f"Fallaron: {', '.join(broken)}", file=sys.stderr)
    return 1 if broken else 0


def end_cleanly(number: int, _frame: FrameType | None) -> None:
    """SIGTERM unwinds the stack, so that nothing that was started stays."""
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end_cleanly)
    sys.exit(main())
