"""Finding a text that shares most of its words with one seen before. Pure, and exact.

Two sets of words whose Jaccard similarity passes a threshold must share a word among the first
few of each, in any one order of all words (prefix filtering). Only those first words are indexed,
long words first, because those are rare.
"""

import math
from collections import defaultdict
from collections.abc import Hashable
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
        asked: set[Key] = set()
        for word in self._first(words):
            for key in self._index.get(word, ()):
                if key in asked:
                    continue
                asked.add(key)
                if jaccard(words, self._words[key]) > self.threshold:
                    return key
        return None

    def _first(self, words: frozenset[str]) -> list[str]:
        ordered = sorted(words, key=lambda word: (-len(word), word))
        return ordered[: len(words) - math.ceil(self.threshold * len(words)) + 1]
