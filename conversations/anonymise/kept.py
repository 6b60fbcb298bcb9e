"""The terms that are never masked, and where they stand in a view."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate

from conversations.anonymise.plain import Plain
from conversations.anonymise.spans import ANY_BARRIER
from conversations.anonymise.vocabulary import fold

# What is masked already counts as a word, so that no term reaches across it.
_WORD = re.compile(rf"[^\W_]+|[{ANY_BARRIER}]")

Terms = dict[str, list[list[str]]]


class Kept:
    """Where the kept terms stand, word for word, without regard to case, accents and signs.

    >>> Kept("le saluda camaron azul.", frozenset({"Camarón Azul"})).covers(10, 18)
    True
    """

    def __init__(self, folded: str, keep: frozenset[str]) -> None:
        places = sorted(_places(folded, _by_first_word(keep)))
        self._folded = folded
        self._starts = [start for start, _ in places]
        self._ends = list(accumulate((end for _, end in places), max))

    def covers(self, start: int, end: int) -> bool:
        """Whether one kept term covers this place; signs at the place's edges do not count."""
        if not self._starts:
            return False
        start, end = _without_signs(self._folded, start, end)
        before = bisect_right(self._starts, start)
        return start < end and before > 0 and self._ends[before - 1] >= end


def _without_signs(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return start, end


def _places(folded: str, terms: Terms) -> Iterator[tuple[int, int]]:
    found = list(_WORD.finditer(folded))
    said = [match[0] for match in found]
    for index, word in enumerate(said):
        for term in terms.get(word, ()):
            last = index + len(term)
            if said[index:last] == term:
                yield found[index].start(), found[last - 1].end()
                break


@lru_cache(maxsize=32)
def _by_first_word(keep: frozenset[str]) -> Terms:
    """The words of every term, by the first of them, the longest term first."""
    terms: Terms = {}
    for words in sorted((_WORD.findall(fold(Plain.of(term).text)) for term in keep), key=len):
        if words:
            terms.setdefault(words[0], []).insert(0, words)
    return terms
