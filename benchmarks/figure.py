"""A figure: what was measured, beside its peer, and whether its goal is met."""

import operator
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

REACHED = {">=": operator.ge, "<=": operator.le, "<": operator.lt}
KEYS = ("name", "value", "unit", "peer", "peer_value", "ratio", "goal", "met")


class Omitted(Exception):
    """This figure cannot be measured here; the message says, in Spanish, what is missing."""


@dataclass(frozen=True)
class Goal:
    """A line to reach, of the ``ratio`` to the peer or of the ``value`` itself.

    >>> str(Goal("ratio", ">=", 0.6))
    'ratio >= 0.6'
    """

    of: Literal["ratio", "value"]
    sign: Literal[">=", "<=", "<"]
    line: float

    def __str__(self) -> str:
        return f"{self.of} {self.sign} {self.line:g}"

    def is_met(self, value: float, peer_value: float | None) -> bool:
        """Whether the line is reached; a ratio to nothing measured is not, one to zero may be."""
        if self.of == "ratio" and peer_value is None:
            return False
        line = self.line * (peer_value or 0) if self.of == "ratio" else self.line
        return REACHED[self.sign](value, line)


@dataclass(frozen=True)
class Figure:
    """One line of the report. ``ratio`` is always the value over the peer's."""

    name: str
    value: float
    unit: str
    peer: str | None = None
    peer_value: float | None = None
    goal: Goal | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.peer_value if self.peer_value else None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; ``None`` where there is none."""
        return self.goal.is_met(self.value, self.peer_value) if self.goal else None

    def as_json(self) -> dict[str, Any]:
        """As printed and kept: numbers with four digits, which is more than they are worth."""
        return {
            "name": self.name,
            "value": rounded(self.value),
            "unit": self.unit,
            "peer": self.peer,
            "peer_value": rounded(self.peer_value),
            "ratio": rounded(self.ratio),
            "goal": str(self.goal) if self.goal else None,
            "met": self.met,
        }


def rounded(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.4g}")


def is_full() -> bool:
    """Whether full sizes were asked for (``FULL=1``)."""
    return os.environ.get("FULL", "") not in ("", "0")


def size(standard: int, *, full: int) -> int:
    """How many of something this run takes."""
    return full if is_full() else standard


def alternate(
    ours: Callable[[], float], peer: Callable[[], float], *, rounds: int = 5
) -> tuple[float, float]:
    """The medians of what both return, called in turn: a busy moment of the machine hits both."""
    found: dict[Callable[[], float], list[float]] = {ours: [], peer: []}
    for number in range(rounds):
        for work in (ours, peer) if number % 2 == 0 else (peer, ours):
            found[work].append(work())
    return median(found[ours]), median(found[peer])


@contextmanager
def seconds_of(clock: Callable[[], float] = time.perf_counter) -> Iterator[list[float]]:
    """Append to the list it gives the seconds that the block took by ``clock``."""
    taken: list[float] = []
    started = clock()
    yield taken
    taken.append(clock() - started)


def rate(
    count: int, work: Callable[[], Any], clock: Callable[[], float] = time.perf_counter
) -> float:
    """How many of ``count`` things ``work`` does in a second."""
    with seconds_of(clock) as taken:
        work()
    return count / taken[0]
