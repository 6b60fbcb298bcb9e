"""How far a measured share may be from the true one: intervals of 95 %."""

import random
from collections.abc import Callable, Sequence
from math import sqrt
from typing import TypeVar

Z = 1.96
DRAWS = 2_000

Item = TypeVar("Item")


def of_share(hits: int, total: int) -> tuple[float, float]:
    """Wilson's interval, which holds for few cases and for shares near 0 and 1.

    >>> [round(it, 3) for it in of_share(19, 20)]
    [0.764, 0.991]
    """
    if not total:
        return 0.0, 1.0
    share, spread = hits / total, Z * Z / total
    middle = (share + spread / 2) / (1 + spread)
    reach = Z * sqrt(share * (1 - share) / total + spread / total / 4) / (1 + spread)
    return middle - reach, middle + reach


def resampled(
    items: Sequence[Item], measure: Callable[[Sequence[Item]], float]
) -> tuple[float, float]:
    """The interval of any measure, from draws of as many items with repetition; always the same."""
    dice = random.Random(95)
    found = sorted(measure(dice.choices(items, k=len(items))) for _ in range(DRAWS))
    return found[int(DRAWS * 0.025)], found[int(DRAWS * 0.975)]
