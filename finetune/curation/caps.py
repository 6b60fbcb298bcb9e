"""How many of one person and of one category may enter, given what else does. Values only.

A cap is a share of what it leaves, so it is found by trying: the largest that holds.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from conversations.models import Conversation
from conversations.scoring import GENERAL
from core.models import Domain

PERSON_SHARE = 0.05  # of a dataset, at most, is one person's (reliability, Q41) ...
PERSON_FLOOR = 3  # ... though three always may be ...
PERSON_TOP = 20  # ... and more than twenty never
CATEGORY_FLOOR = 10  # a category is never cut below what a training needs


@dataclass(frozen=True)
class Caps:
    """The most items of one person and of one category; ``None`` is no limit."""

    person: int = PERSON_TOP
    category: int | None = None

    def tightened(self, kept: Iterable[Conversation], domain: Domain) -> "Caps":
        """The caps that hold for ``kept``, which came in under these; never wider ones."""
        people: Counter[int] = Counter()
        categories: Counter[str] = Counter()
        total = 0
        for row in kept:
            total += 1
            if row.person_id:
                people[row.person_id] += 1
            if has_category(row):
                categories[row.category] += 1
        return Caps(
            person=_largest(people, total, PERSON_SHARE, floor=PERSON_FLOOR) or self.person,
            category=_largest(categories, total, category_share(domain), floor=CATEGORY_FLOOR)
            or self.category,
        )


NARROWEST = Caps(person=PERSON_FLOOR)
"""What no dataset is capped below: enough to count up to a training's minimum."""


def category_share(domain: Domain) -> float:
    """The largest part of a dataset that one category may be, of the domain's texts; 1 is any."""
    return float(domain.texts.get("category_share", 1))


def has_category(row: Conversation) -> bool:
    """Whether it is of one of the domain's categories; what is of none is not balanced."""
    return row.category not in ("", GENERAL)


def _largest(counts: Counter[Any], total: int, share: float, *, floor: int) -> int | None:
    """The largest cap that leaves nobody more than ``share`` of the rest; ``None``: none is needed.

    Staff and sources are in ``total`` and in no count.
    """
    most = max(counts.values(), default=0)
    if most <= max(floor, share * total):
        return None
    for cap in range(most - 1, floor, -1):
        left = total - sum(max(it - cap, 0) for it in counts.values())
        if cap <= share * left:
            return cap
    return floor
