"""A loss curve as numbers that a template draws: values in, coordinates out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 12, 28
TICKS = 4

Point = tuple[float, float]


@dataclass(frozen=True)
class Tick:
    """A line of the grid: where it is, and the number that is written beside it."""

    at: float
    value: float


@dataclass(frozen=True)
class Line:
    """One series: the ``points`` of an SVG polyline, and its dots for the single measures."""

    points: str
    dots: list[Point]
    last: float


@dataclass(frozen=True)
class Curve:
    train: Line | None
    valid: Line | None
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM
    right: int = WIDTH - RIGHT


def series(events: Iterable[dict[str, Any]], *names: str) -> list[Point]:
    """``(step, loss)`` in order of steps from the data of events; the first name known counts.

    A step told twice keeps its latest value.
    """
    found: dict[float, float] = {}
    for data in events:
        value = next((data[name] for name in names if data.get(name) is not None), None)
        if value is not None and data.get("step") is not None:
            found[float(data["step"])] = float(value)
    return sorted(found.items())


def curve(train: Sequence[Point], valid: Sequence[Point]) -> Curve | None:
    """What to draw; ``None`` when nothing was measured yet."""
    every = [*train, *valid]
    if not every:
        return None
    last_step = max(step for step, _ in every) or 1.0
    low, high = min(loss for _, loss in every), max(loss for _, loss in every)
    low, high = (low, high) if high > low else (low - 0.5, high + 0.5)

    def place(point: Point) -> Point:
        x = LEFT + point[0] / last_step * (WIDTH - LEFT - RIGHT)
        y = TOP + (high - point[1]) / (high - low) * (HEIGHT - TOP - BOTTOM)
        return round(x, 1), round(y, 1)

    shares = [index / TICKS for index in range(TICKS + 1)]
    losses = [low + share * (high - low) for share in shares]
    steps = sorted({round(share * last_step) for share in shares})
    return Curve(
        train=_line([place(it) for it in train], train),
        valid=_line([place(it) for it in valid], valid),
        x_ticks=[Tick(place((step, low))[0], step) for step in steps],
        y_ticks=[Tick(place((0, loss))[1], loss) for loss in losses],
    )


def _line(placed: list[Point], measured: Sequence[Point]) -> Line | None:
    if not placed:
        return None
    return Line(" ".join(f"{x},{y}" for x, y in placed), placed, measured[-1][1])
