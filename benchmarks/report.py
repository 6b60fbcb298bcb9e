"""What is said of the figures: a line of JSON each, a table, and a file a benchmark."""

import json
import os
import platform
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.figure import KEYS, is_full

RESULTS = Path(__file__).parent / "results"
YES_NO = {True: "sí", False: "no", None: "–"}

Line = dict[str, Any]


def omitted(name: str, reason: str) -> Line:
    """The line of a benchmark that could not run: nothing measured, and why."""
    return dict.fromkeys(KEYS) | {"name": name, "omitida": reason}


def keep(name: str, lines: list[Line], *, seconds: float, folder: Path = RESULTS) -> None:
    """Write the benchmark's figures to its file, unless it was omitted; the last ones stay."""
    if not lines or any("omitida" in line for line in lines):
        return
    known = {
        "date": date.today().isoformat(),
        "size": "full" if is_full() else "standard",
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "seconds": round(seconds, 1),
        "figures": lines,
    }
    text = json.dumps(known, ensure_ascii=False, indent=1)
    (folder / f"{name}.json").write_text(f"{text}\n", "utf-8")


def table(lines: list[Line]) -> str:
    """The figures as aligned columns; omitted ones say why."""
    rows = [["medida", "valor", "unidad", "comparada con", "su valor", "razón", "meta", "cumple"]]
    rows += [_cells(line) for line in lines if "omitida" not in line]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ["-" * width for width in widths])
    said = [_aligned(row, widths) for row in rows]
    said += [f"{it['name']}: omitida ({it['omitida']})" for it in lines if "omitida" in it]
    return "\n".join(said)


def _cells(line: Line) -> list[str]:
    return [_cell(line[key]) for key in KEYS[:-1]] + [YES_NO[line["met"]]]


def _cell(value: str | float | None) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else f"{value:.10g}"


def _aligned(cells: list[str], widths: list[int]) -> str:
    """Numbers to the right, words to the left."""
    right = {1, 4, 5}
    padded = (
        cell.rjust(width) if index in right else cell.ljust(width)
        for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(padded).rstrip()
