"""Files of exchanges: JSONL, CSV and YAML as lines that can be captured. Pure: no database.

A line has ``pregunta`` and ``respuesta`` and may have ``persona``, ``consentimiento``,
``creado_en``, ``calificacion`` and ``hilo``. YAML may also be a chatterbot corpus.
"""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

YES = frozenset({"1", "si", "sí", "true", "yes", "acepto"})


class Unreadable(Exception):
    """A line that cannot be used; says where it is, which field is wrong and why."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")


@dataclass(frozen=True)
class Line:
    """One exchange of a file."""

    place: str
    question: str
    answer: str
    person: str = ""
    consent: bool = False
    created_at: datetime | None = None
    stars: int | None = None
    thread: str = ""


def files(path: Path) -> list[Path]:
    """The files that hold exchanges: ``path`` itself, or those of the folder, by name."""
    if path.is_file():
        return [path]
    return sorted(it for it in path.iterdir() if it.suffix in READERS)


def lines_in(path: Path) -> int | None:
    """About how many lines :func:`read` will see, for a progress bar; ``None`` where unknown."""
    total = 0
    for file in files(path):
        if file.suffix not in {".jsonl", ".csv"}:
            return None
        with file.open("rb") as content:
            total += sum(block.count(b"\n") for block in iter(lambda: content.read(2**20), b""))
    return total


def read(path: Path) -> Iterator[Line | Unreadable]:
    """Every line of one file, in order; one that cannot be used comes as its explanation.

    Raises :class:`Unreadable` when the file as a whole cannot be read.
    """
    reader = READERS.get(path.suffix)
    if reader is None:
        raise Unreadable(path.name, f"se leen {', '.join(READERS)}")
    try:
        for place, row in reader(path):
            try:
                yield _line(f"{path.name}, {place}", row)
            except Unreadable as bad:
                yield bad
    except (UnicodeDecodeError, RecursionError, yaml.YAMLError, csv.Error) as error:
        raise Unreadable(path.name, f"no se entiende: {error}") from error


def _jsonl(path: Path) -> Iterator[tuple[str, Any]]:
    with path.open("rb") as lines:  # so that a line that is no text spoils no other
        for number, text in enumerate(lines, start=1):
            if text.strip():
                try:
                    yield f"línea {number}", json.loads(text)
                except (ValueError, RecursionError):
                    yield f"línea {number}", None


def _csv(path: Path) -> Iterator[tuple[str, Any]]:
    # What is no text becomes half a sign, which nobody may store: its line is refused, no other.
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
        rows = csv.DictReader(lines)
        if "pregunta" not in (rows.fieldnames or ()):
            raise Unreadable(path.name, "la primera línea no nombra la columna pregunta")
        while True:
            try:
                row: Any = next(rows)
            except StopIteration:
                return
            except csv.Error:  # a field without end, mostly for want of a closing quote
                row = None
            yield f"línea {rows.reader.line_num}", row


def _yaml(path: Path) -> Iterator[tuple[str, Any]]:
    """A list of exchanges, or a chatterbot corpus: lists of texts under ``conversations``.

    In a corpus a list is a question and its alternative answers, but in the file that is called
    ``conversations`` it is a dialogue whose turns alternate.
    """
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if isinstance(content, list):
        yield from ((f"elemento {number}", row) for number, row in enumerate(content, start=1))
        return
    found = content.get("conversations") if isinstance(content, dict) else None
    for number, texts in enumerate(found or [], start=1):
        place = f"conversación {number}"
        said = [str(text) for text in texts] if isinstance(texts, list) else []
        if path.stem == "conversations":
            pairs = list(zip(said[::2], said[1::2], strict=False))
        else:
            pairs = [(said[0], text) for text in said[1:]] if said else []
        if not pairs:
            yield place, None
        thread = f"{path.stem}-{number}" if path.stem == "conversations" else ""
        for question, answer in pairs:
            yield place, {"pregunta": question, "respuesta": answer, "hilo": thread}


READERS: dict[str, Callable[[Path], Iterator[tuple[str, Any]]]] = {
    ".jsonl": _jsonl,
    ".csv": _csv,
    ".yml": _yaml,
    ".yaml": _yaml,
}


def _line(place: str, row: Any) -> Line:
    if not isinstance(row, dict):
        raise Unreadable(place, "no es un objeto con pregunta y respuesta")
    return Line(
        place=place,
        question=_text(place, row, "pregunta"),
        answer=_text(place, row, "respuesta"),
        person=str(row.get("persona") or "").strip(),
        consent=str(row.get("consentimiento") or "").strip().casefold() in YES,
        created_at=_moment(place, row.get("creado_en")),
        stars=_stars(place, row.get("calificacion")),
        thread=str(row.get("hilo") or "").strip(),
    )


def _text(place: str, row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    if isinstance(value, dict | list):
        raise Unreadable(place, f"{name} no es un texto")
    if not (text := str(value or "").strip()):
        raise Unreadable(place, f"falta {name}")
    return text


def _moment(place: str, value: Any) -> datetime | None:
    if not value:
        return None
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # OverflowError: the first and the last hours of all years
        raise Unreadable(place, "creado_en no es una fecha ISO") from None


def _stars(place: str, value: Any) -> int | None:
    if value in (None, ""):
        return None
    if str(value) not in set("12345"):
        raise Unreadable(place, "calificacion va de 1 a 5")
    return int(value)
