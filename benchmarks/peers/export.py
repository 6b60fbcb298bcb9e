"""Writes a dataset's files one way or the other, as a process whose memory can be looked at."""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import django

django.setup()

from benchmarks.figure import seconds_of  # noqa: E402
from finetune import datasets  # noqa: E402
from finetune.models import Dataset, Part  # noqa: E402


def main() -> None:
    """Answer ``{"do": a way or "peak", "dataset": id}`` until standard input ends."""
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["do"] == "peak":
            print(peak(), flush=True)
            continue
        dataset = Dataset.objects.get(pk=asked["dataset"])
        with tempfile.TemporaryDirectory() as folder, seconds_of() as taken:
            WAYS[asked["do"]](dataset, Path(folder))
        print(json.dumps({"rows": dataset.items.count(), "seconds": taken[0]}), flush=True)


def peak() -> float:
    """The most megabytes that this process has had in memory so far.

    Not ``getrusage``, which begins with what the parent had.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def product(dataset: Dataset, folder: Path) -> None:
    """The files as the product writes them."""
    datasets.write(dataset, folder)


def plain(dataset: Dataset, folder: Path) -> None:
    """A file for each part, a row at a time."""
    for part in Part.values:
        with (folder / part).open("w", encoding="utf-8") as file:
            write(dataset, part, file)


def write(dataset: Dataset, part: str, file: IO[str]) -> None:
    system = dataset.prompt.text
    for item in dataset.items.filter(part=part).iterator():
        messages = [
            {"role": "system", "content": system},
            {"role": "user", "content": item.question},
            {"role": "assistant", "content": item.answer},
        ]
        file.write(json.dumps({"messages": messages}, ensure_ascii=False) + "\n")


WAYS: dict[str, Callable[[Dataset, Path], None]] = {"product": product, "iterator": plain}

if __name__ == "__main__":
    main()
