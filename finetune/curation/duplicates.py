"""Near-duplicates: questions that say the same in nearly the same words. Values only.

Two texts are alike when they share enough of their runs of four characters. Which ones to compare,
the bands tell (``conversations.fingerprints``); every such pair is then really compared, because a
shared band alone mistakes one text in six for another among a million.
"""

from collections import Counter
from collections.abc import Iterable

from conversations.fingerprints import grams
from conversations.keys import jaccard, normalise

NEAR = 0.85
"""Alike from here on: one short word more in a sentence. At 0.7 "¿Cuánto cuesta el curso de piano?"
and "¿Cuánto cuesta el curso de pintura?" would be one question."""
BUSIEST = 50  # kept texts that a band may lead to: one that more share tells nothing
TRIED = 20  # comparisons of one text, those that share most bands first


class Clusters:
    """Texts around the one that was kept first: each is like that one, not like the next (a star).

    Chains would make one cluster of texts that have nothing in common.
    """

    def __init__(self, threshold: float = NEAR) -> None:
        self._threshold = threshold
        self._texts: dict[int, str] = {}
        self._first: dict[int, int] = {}  # band -> the first text with it
        self._others: dict[int, list[int]] = {}  # band -> the next ones, where there are any

    def add(self, key: int, text: str, bands: Iterable[int]) -> None:
        """Remember ``text`` as the middle of a cluster; its ``bands`` are those stored."""
        self._texts[key] = text
        for band in bands:
            if self._first.setdefault(band, key) != key:
                others = self._others.setdefault(band, [])
                if len(others) < BUSIEST:
                    others.append(key)

    def of(self, text: str, bands: Iterable[int]) -> int | None:
        """The middle of the cluster that ``text`` is in, or ``None`` when it is like none.

        Texts that name other numbers are other questions, however alike ("16/20", "21/25").
        """
        met = self._met(bands)
        if not met:
            return None
        said = normalise(text)
        ours, numbers = grams(said), _numbers(said)
        for key, _shared in met.most_common(TRIED):
            theirs = normalise(self._texts[key])
            if theirs == said or (
                numbers == _numbers(theirs) and jaccard(ours, grams(theirs)) >= self._threshold
            ):
                return key
        return None

    def like(self, text: str, bands: Iterable[int]) -> int | None:
        """A text that is like ``text``, whatever numbers they name."""
        ours = grams(normalise(text))
        for key in self._met(bands):
            if jaccard(ours, grams(normalise(self._texts[key]))) >= self._threshold:
                return key
        return None

    def _met(self, bands: Iterable[int]) -> Counter[int]:
        """Which remembered texts share a band, and how many."""
        known = [band for band in bands if band in self._first]
        met = Counter(self._first[band] for band in known)
        for band in known:
            met.update(self._others.get(band, ()))
        return met


def _numbers(said: str) -> frozenset[str]:
    """The words that are not of letters alone: numbers, sizes, codes."""
    return frozenset(word for word in said.split() if not word.isalpha())
