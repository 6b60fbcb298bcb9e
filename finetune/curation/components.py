"""What must stay together when examples are parted: what is alike, and what one person said. Pure.

Unlike a cluster, a component is closed: nothing in it is like anything outside.
"""

from collections.abc import Hashable, Iterator, Sequence

import numpy as np

from conversations.fingerprints import fine_bands, grams
from conversations.keys import jaccard, normalise
from finetune.curation.duplicates import NEAR

MOST_COMPARED = 300  # texts that one text is compared with in a band; it joins the others unseen


def components(texts: Sequence[str], owners: Sequence[int | None]) -> list[int]:
    """For each text the index of the first one of its component.

    Two texts are in one when they are alike, have one owner, or through others. A pair at the
    threshold is missed once in two million (``fine_bands``). A text that shares a band with too
    many to compare joins them unseen: together is always safe.

    >>> components(["Hola, ¿qué tal?", "adiós", "hola que tal", "no"], [None, 7, None, 7])
    [0, 1, 0, 1]
    """
    said = [normalise(text) for text in texts]
    forest = _Forest(len(said))
    forest.join_equals(owners)
    distinct = forest.join_equals([text or None for text in said])
    for run in _sharing_a_band(said, distinct):
        _join_alike(run, said, forest)
    return [forest.root(index) for index in range(len(said))]


def _sharing_a_band(said: Sequence[str], distinct: list[int]) -> Iterator[list[int]]:
    """Those of ``distinct`` that share a band, band by band, each time in their order."""
    bands = np.array([fine_bands(said[index]) for index in distinct], dtype=np.int64)
    places = np.array(distinct)
    for column in bands.T:
        order = np.argsort(column, kind="stable")
        edges = np.flatnonzero(np.diff(column[order])) + 1
        for run in np.split(places[order], edges) if len(order) else ():
            if len(run) > 1:
                yield run.tolist()


def _join_alike(run: list[int], said: Sequence[str], forest: "_Forest") -> None:
    for place, index in enumerate(run):
        ours = None
        for compared, other in enumerate(run[:place]):
            if forest.root(other) == forest.root(index):
                continue
            ours = ours or grams(said[index])
            if compared >= MOST_COMPARED or jaccard(ours, grams(said[other])) >= NEAR:
                forest.join(index, other)


class _Forest:
    """Numbers joined into trees, the least of each tree its root."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def root(self, index: int) -> int:
        while self._above[index] != index:
            self._above[index] = self._above[self._above[index]]
            index = self._above[index]
        return index

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self.root(one), self.root(other)))
        self._above[second] = first

    def join_equals(self, values: Sequence[Hashable | None]) -> list[int]:
        """Join the places of equal ``values``, except ``None``; return the first place of each."""
        first: dict[Hashable, int] = {}
        for index, value in enumerate(values):
            if value is not None:
                self.join(index, first.setdefault(value, index))
        return list(first.values())
