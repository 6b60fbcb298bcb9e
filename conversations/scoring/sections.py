"""The word lists in ``data/``: a line opens a list in brackets, the next ones fill it."""

from collections.abc import Iterator
from pathlib import Path

DATA = Path(__file__).parent / "data"


def entries(name: str) -> Iterator[tuple[str, str]]:
    """Each list's name with each of its entries, which commas part; ``#`` opens a remark."""
    section = ""
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line != "#" and not line.startswith("# "):
            yield from ((section, it.strip()) for it in line.split(",") if it.strip())
