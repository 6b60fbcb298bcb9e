"""How often a labeller that is so sure was right: its confidence, corrected by the reviews.

Values only. What reviewers approved was right, what they corrected was wrong; a labeller's own
number becomes the share of right ones among those that were about as sure.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Outcome = tuple[float, bool]  # how sure it was, and whether it was right

EDGES = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98)
DOUBT = 0.97  # of an uncorrected number: nobody has checked it yet
WEIGHT = 10  # reviews of one bin that count as much as the number itself


@dataclass(frozen=True)
class Calibration:
    """A curve that never falls: the surer the labeller, the surer the result."""

    points: tuple[tuple[float, float], ...]

    def __call__(self, raw: float) -> float:
        """The corrected confidence, between the two nearest points of the curve."""
        place = bisect_right(self.points, (raw, 2.0))
        if place == 0:
            return self.points[0][1]
        if place == len(self.points):
            return self.points[-1][1]
        (x0, y0), (x1, y1) = self.points[place - 1 : place + 1]
        return y0 + (y1 - y0) * (raw - x0) / (x1 - x0)


@dataclass
class _Block:
    """Neighbouring bins that share one result: how many were right, of how many, and where."""

    right: float
    number: float
    places: list[float]

    @property
    def share(self) -> float:
        return self.right / self.number


def fit(
    outcomes: Sequence[Outcome], *, doubt: float = DOUBT, weight: float = WEIGHT
) -> Calibration:
    """The curve of these reviews; without any, ``doubt`` times what each number says.

    Numbers are put into bins, each of which starts with ``weight`` outcomes as its own number
    promises. Bins that contradict the order are pooled (isotonic regression).

    >>> round(fit([])(0.9), 3), round(fit([(0.9, False)] * 30)(0.9), 2)
    (0.873, 0.49)
    """
    blocks: list[_Block] = []
    for low, high in pairwise((0.0, *EDGES, 1.0)):
        inside = [it for it in outcomes if low <= it[0] < high or it[0] == high == 1]
        blocks.append(_bin((low + high) / 2, inside, doubt, weight))
        while len(blocks) > 1 and blocks[-2].share > blocks[-1].share:
            last = blocks.pop()
            blocks[-1].right += last.right
            blocks[-1].number += last.number
            blocks[-1].places += last.places
    points = [(place, block.share) for block in blocks for place in block.places]
    return Calibration(((0.0, 0.0), *points))


def _bin(centre: float, inside: Sequence[Outcome], doubt: float, weight: float) -> _Block:
    number = weight + len(inside)
    right = weight * doubt * centre + sum(was_right for _, was_right in inside)
    return _Block(right, number, [(weight * centre + sum(raw for raw, _ in inside)) / number])


def error(outcomes: Sequence[Outcome], *, bins: int = 10) -> float:
    """The expected calibration error: how far sureness is from being right, bin by bin.

    >>> error([(0.8, True)] * 8 + [(0.8, False)] * 2) < 0.001
    True
    """
    total = 0.0
    for number in range(bins):
        inside = [it for it in outcomes if min(int(it[0] * bins), bins - 1) == number]
        total += abs(sum(sure - right for sure, right in inside))
    return total / len(outcomes) if outcomes else 0.0
