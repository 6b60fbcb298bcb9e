"""Intervals as a forest plot: numbers in, coordinates on one scale out, for a template to draw."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format

WIDTH, HEIGHT, MARGIN = 220, 20, 8
DIGITS = {"chrf": 1}  # of 100; the other measures are of 1
MORE_DIGITS = 3


@dataclass(frozen=True)
class Row:
    """A difference: where its line, its point and zero are drawn, and its numbers in words.

    ``side`` is ``good`` or ``bad`` where the interval is clear of zero, else ``even``.
    """

    label: str
    questions: int
    mean: str
    span: str
    side: str
    low_at: float
    mean_at: float
    high_at: float
    zero_at: float
    width: int = WIDTH
    height: int = HEIGHT
    middle: int = HEIGHT // 2


def forest(
    differences: Iterable[tuple[str, Mapping[str, Any] | None]], *, measure: str
) -> list[Row]:
    """A row for each label with an interval, drawn to one scale that holds zero; others have none.

    >>> row, = forest([("base", {"mean": 2, "low": 1, "high": 3, "questions": 40})], measure="chrf")
    >>> row.side, row.zero_at, row.high_at
    ('good', 8.0, 212.0)
    """
    known = [(label, interval) for label, interval in differences if interval]
    ends = [0.0, *(float(it[end]) for _, it in known for end in ("low", "high"))]
    low, breadth = min(ends), (max(ends) - min(ends)) or 1.0

    def at(value: float) -> float:
        return round(MARGIN + (value - low) / breadth * (WIDTH - 2 * MARGIN), 1)

    return [
        Row(
            label=label,
            questions=it["questions"],
            mean=signed(it["mean"], measure),
            span=f"{signed(it['low'], measure)} … {signed(it['high'], measure)}",
            side=_side(it),
            low_at=at(it["low"]),
            mean_at=at(it["mean"]),
            high_at=at(it["high"]),
            zero_at=at(0.0),
        )
        for label, it in known
    ]


def signed(value: float, measure: str) -> str:
    """A difference with its sign, in the digits that its measure deserves."""
    digits = DIGITS.get(measure, MORE_DIGITS)
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + number_format(abs(round(value, digits)), digits)


def _side(interval: Mapping[str, Any]) -> str:
    if interval["low"] > 0:
        return "good"
    return "bad" if interval["high"] < 0 else "even"
