"""Finding a text that shares most of its words with one seen before. Pure, and exact.

Two sets of words whose Jaccard similarity passes a threshold must share a word among the first
few of each, in any one order of all words (prefix filtering). Only those first words are indexed,
long words first, because those are rare.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from typing import Generic, TypeVar

from conversations.keys import jaccard

Key = TypeVar("Key", bound=Hashable)


class Seen(Generic[Key]):
    """Sets of words, each under a key, to be asked for one that is nearly the same."""

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold
        self._words: dict[Key, frozenset[str]] = {}
        self._index: dict[str, list[Key]] = defaultdict(list)

    def add(self, key: Key, words: frozenset[str]) -> None:
        """Remember ``words`` as ``key``."""
        self._words[key] = words
        for word in self._first(words):
            self._index[word].append(key)

    def like(self, words: frozenset[str]) -> Key | None:
        """The key of a set more similar to ``words`` than the threshold, or ``None``."""
        return next(self.all_like(words), None)

    def all_like(self, words: frozenset[str]) -> Iterator[Key]:
        """The keys of all sets more similar to ``words`` than the threshold."""
        asked: set[Key] = set()
        for word in self._first(words):
            for key in self._index.get(word, ()):
                if key in asked:
                    continue
                asked.add(key)
                if jaccard(words, self._words[key]) > self.threshold:
                    yield key

    def _first(self, words: frozenset[str]) -> list[str]:
        ordered = sorted(words, key=lambda word: (-len(word), word))
        return ordered[: len(words) - math.ceil(self.threshold * len(words)) + 1]


def groups(texts: Sequence[frozenset[str]], *, threshold: float) -> list[int]:
    """For each set the index of the first one of its group; similar sets are never in two groups.

    Two sets may share a group through a third one that both are like.

    >>> groups([frozenset("abc"), frozenset("xyz"), frozenset("abc")], threshold=0.5)
    [0, 1, 0]
    """
    first = list(range(len(texts)))
    seen: Seen[int] = Seen(threshold)
    for index, words in enumerate(texts):
        for other in seen.all_like(words):
            one, two = sorted((_root(first, index), _root(first, other)))
            first[two] = one
        seen.add(index, words)
    return [_root(first, index) for index in range(len(texts))]


def _root(first: list[int], index: int) -> int:
    while first[index] != index:
        index = first[index]
    return index
