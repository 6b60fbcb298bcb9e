"""Data made by others: no part of the product, read where they lie beside the checkout."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.figure import Omitted

FOLDER = Path(__file__).parents[2] / "shared" / "data"


def json_lines(name: str) -> Iterator[dict[str, Any]]:
    """The objects of a gzipped file, one a line. Raises Omitted where it is not at hand."""
    with gzip.open(found(name), "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def json_file(name: str) -> Any:
    """The content of a JSON file. Raises Omitted where it is not at hand."""
    return json.loads(found(name).read_text("utf-8"))


def found(name: str) -> Path:
    path = FOLDER / name
    if not path.exists():
        raise Omitted(f"falta ../shared/data/{name}")
    return path
