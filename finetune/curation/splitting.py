"""A tenth of the examples is held out of training, so that nothing of it was seen there (E18)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from conversations.models import Conversation
from finetune.curation.components import components
from finetune.curation.selecting import MINIMUM

SPLIT_FROM = 20  # fewer rows are all trained on (requirements, D13)
HELD_OUT = 0.10
MOST_TIMES = 2  # what is asked for, of a category: one large component must not be all of it
CATEGORY_FROM = 10  # rows of a category from which on it is among the held out


@dataclass(frozen=True)
class Split:
    """A selection in two parts that share no question, near-duplicate or person."""

    train: list[Conversation]
    valid: list[Conversation]


@dataclass(frozen=True)
class _Together:
    """Rows that must be in one part; the oldest of them gives its category and its place."""

    rows: list[Conversation]

    @property
    def category(self) -> str:
        return self.rows[0].category

    @property
    def share(self) -> float:
        """A number from 0 to 1 that only the words of the oldest question decide."""
        return int(self.rows[0].question_hash, 16) / 16 ** len(self.rows[0].question_hash)


def split(rows: Sequence[Conversation], *, held_out: float = HELD_OUT) -> Split:
    """Hold a share of ``rows`` (oldest first) out of training, once there are enough of them.

    What is alike and what one person said stays together. On which side, the words of its oldest
    question decide, so it stays there as others join. Three exceptions bend that: a category of
    ten rows or more has some held out and never over twice the share, and training keeps its
    minimum. Where all hangs together nothing is held out.
    """
    if len(rows) < SPLIT_FROM or not held_out:
        return Split(train=list(rows), valid=[])
    by_category: dict[str, list[_Together]] = defaultdict(list)
    for it in _parted(rows):
        by_category[it.category].append(it)
    out: set[int] = set()
    for _category, group in sorted(by_category.items(), key=lambda it: _size(it[1]), reverse=True):
        spare = len(rows) - len(out) - MINIMUM
        out |= {row.pk for it in _held_out(group, held_out, spare=spare) for row in it.rows}
    if not out:
        everything = [it for group in by_category.values() for it in group]
        out = {
            row.pk
            for it in _held_out(everything, held_out, spare=len(rows) - MINIMUM)
            for row in it.rows
        }
    return Split(
        train=[row for row in rows if row.pk not in out],
        valid=[row for row in rows if row.pk in out],
    )


def _parted(rows: Sequence[Conversation]) -> list[_Together]:
    owners = [row.person_id for row in rows]
    together: dict[int, list[Conversation]] = defaultdict(list)
    for row, first in zip(rows, components([row.question for row in rows], owners), strict=True):
        together[first].append(row)
    return [_Together(members) for members in together.values()]


def _held_out(group: list[_Together], share: float, *, spare: int) -> list[_Together]:
    """Of one category, those that fall under the line; the nearest to it where none does."""
    size = _size(group)
    room = min(spare, max(1, int(size * share * MOST_TIMES)))
    found: list[_Together] = []
    for it in sorted(group, key=lambda it: it.share):
        wanted = it.share < share or (not found and size >= CATEGORY_FROM)
        if wanted and len(it.rows) <= room:
            found.append(it)
            room -= len(it.rows)
    return found


def _size(group: list[_Together]) -> int:
    return sum(len(it.rows) for it in group)
