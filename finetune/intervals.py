"""Whether one model's answers are better than another's to the same questions, or only seem so.

Pure: numbers in, an interval out, always the same for the same numbers.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np

RESAMPLES = 10_000
LEVEL = 0.95
_SEED = 20_240_317
_AT_ONCE = 2_000_000  # drawn questions held in memory at a time: 16 MB


@dataclass(frozen=True)
class Interval:
    """A mean difference, and between what it would be found again for other such questions."""

    mean: float
    low: float
    high: float
    questions: int

    @property
    def above_zero(self) -> bool:
        return self.low > 0

    @property
    def below_zero(self) -> bool:
        return self.high < 0

    def as_json(self) -> dict[str, float]:
        return asdict(self)


def paired(differences: Sequence[float], *, resamples: int = RESAMPLES) -> Interval | None:
    """The interval of 95 % of the mean of ``differences``, one for each question; seeded.

    A paired percentile bootstrap. Plain percentiles are too narrow for few questions, so they are
    taken further out, as far as Student's t is from the normal distribution (the "expanded
    percentile" interval of Hesterberg, 2015). ``None`` for fewer than two: one answer proves
    nothing.

    >>> paired([3.0, 5.0, 4.0, 6.0, 4.0, 5.0, 3.0, 6.0]).above_zero
    True
    >>> paired([3.0, -5.0, 4.0, -6.0, 4.0, -5.0, 3.0, 1.0]).above_zero
    False
    """
    values = np.asarray(differences, dtype=float)
    if values.size < 2:
        return None
    tail = _tail(values.size)
    low, high = np.quantile(_means(values, resamples), (tail, 1 - tail))
    mean = float(values.mean())
    return Interval(round(mean, 4), round(float(low), 4), round(float(high), 4), values.size)


def _means(values: np.ndarray, resamples: int) -> np.ndarray:
    """The means of as many samples, each as large as ``values``, drawn with repetition."""
    dice = np.random.default_rng(_SEED)
    rows = max(1, _AT_ONCE // values.size)
    sizes = [min(rows, resamples - start) for start in range(0, resamples, rows)]
    drawn = (dice.integers(values.size, size=(size, values.size)) for size in sizes)
    return np.concatenate([values[chosen].mean(axis=1) for chosen in drawn])


def _tail(questions: int) -> float:
    """The share of samples to leave out at each end: 0.025 for many questions, less for few."""
    wide = sqrt(questions / (questions - 1)) * _student(questions - 1)
    return NormalDist().cdf(-wide)


def _student(freedom: int) -> float:
    """The two-sided quantile of Student's t at :data:`LEVEL` (Cornish and Fisher's expansion)."""
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
