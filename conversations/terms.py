"""Finding the phrases of a list in what people type: accents, plurals, gender and small slips.

Values only. A text is read once, token by token, however long the list is.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from conversations.keys import plain

# Digits and letters apart, so that "20tn" is a number and a unit, and "U15" is "U/15".
_TOKEN = re.compile(
    r"\d{1,3}(?:[.,]\d{3})+(?!\d)|\d+(?:[.,]\d{1,2}(?!\d))?|(?:[^\W\d_][\u0300-\u036f]*)+|%"
)
_SPELLINGS = [  # what sounds the same is often written the same, or the other way round
    (re.compile("z|c(?=[ei])"), "s"),
    (re.compile("qu(?=[ei])|c(?!h)"), "k"),
    (re.compile("v"), "b"),
    (re.compile("ll"), "y"),
    (re.compile(r"(.)\1+"), r"\1"),
    (re.compile("(?<=...)(?:eses|es|s|e)$"), ""),  # "interés", "intereses"
    (re.compile("(?<=....)a$"), "o"),
]
FILLERS = frozenset(["a", "al", "de", "del", "el", "en", "la", "las", "los", "para", "por", "y"])
FILLERS |= {"and", "for", "of", "the"}
_BETWEEN_NUMBERS = frozenset(["a", "al"])
_JOINED = re.compile(r"[\s/\-–—&.+'’]{0,4}")  # what may stand between two words of a phrase
# Letters of a word that may hold one slip if it is a code, one in any case, two; none beyond.
_LEAST, _SHORT, _LONG, _LONGEST = 4, 5, 9, 24


@dataclass(frozen=True)
class Token:
    """A word, a number or a percent sign of a text, and the form in which it is compared."""

    start: int
    end: int
    key: str
    is_number: bool


@dataclass(frozen=True)
class Match:
    """The phrase found at tokens ``first`` to ``last`` (not included), and what it stands for."""

    first: int
    last: int
    values: tuple[Any, ...]


def tokens(text: str) -> list[Token]:
    """The tokens of ``text`` in order; places are those of ``text``."""
    return [
        Token(found.start(), found.end(), fold(found[0]), found[0][0].isdecimal())
        for found in _TOKEN.finditer(text)
    ]


def fold(word: str) -> str:
    """The form under which spellings of one word meet.

    >>> fold("Precosida") == fold("precocido"), fold("TALLAS") == fold("taya")
    (True, True)
    """
    if word[0].isdecimal():
        return word
    folded = plain(word)
    for pattern, instead in _SPELLINGS:
        folded = pattern.sub(instead, folded)
    return folded


_RIGHT = frozenset(map(fold, ["cuando", "espere", "espera"]))  # no slips of "cuánto", "ez peel"


@dataclass
class _Node:
    next: dict[str, "_Node"] = field(default_factory=dict)
    values: list[Any] = field(default_factory=list)


class Terms:
    """Phrases, each standing for a value, to be found in texts.

    A word of :data:`_SHORT` letters may be off by one (letter more, less, other, or two swapped),
    a long one by two; a word of ``codes`` already from four. Among phrases that begin at one
    place the longest counts. ``fillers`` may be missing or stand between, as in names of things;
    in what people say ("a cómo") each word counts.
    """

    def __init__(
        self,
        phrases: Iterable[tuple[str, Hashable]],
        *,
        codes: Iterable[str] = (),
        fillers: frozenset[str] = frozenset(),
    ) -> None:
        self._fillers = fillers
        self._root = _Node()
        self._near: dict[str, set[str]] = defaultdict(set)
        self._codes = {token.key for code in codes for token in tokens(code)}
        self._words: set[str] = set()
        for phrase, value in phrases:
            self._add(phrase, value)
        for word in filter(lambda it: len(it) >= _LEAST, self._words):
            for form in _without(word, self._slips(word)):
                self._near[form].add(word)

    def find(self, text: str, said: Sequence[Token]) -> Iterator[Match]:
        """What ``said``, the tokens of ``text``, holds: left to right, never overlapping."""
        keys = [self._known(token) for token in said]
        place = 0
        while place < len(said):
            found = self._longest(text, said, keys, place)
            if found:
                yield found
            place = found.last if found else place + 1

    def _add(self, phrase: str, value: Hashable) -> None:
        words = [it for it in tokens(phrase) if it.key not in self._fillers]
        spelled = [[it.key for it in words]]
        together = plain("".join(phrase[it.start : it.end] for it in words))
        alike = len({it.is_number for it in words}) == 1
        if len(words) > 1 and alike and len(together) >= _LEAST:
            spelled.append([fold(together)])  # "easypeel", "1620"
        for keys in filter(None, spelled):
            node = self._root
            for key in keys:
                node = node.next.setdefault(key, _Node())
                if not key.isdecimal():
                    self._words.add(key)
            if value not in node.values:
                node.values.append(value)

    def _longest(
        self, text: str, said: Sequence[Token], keys: Sequence[str], first: int
    ) -> Match | None:
        best, node, place, end = None, self._root, first, said[first].start
        while place < len(said) and _JOINED.fullmatch(text, end, said[place].start):
            if keys[place] in node.next:
                node = node.next[keys[place]]
                if node.values:
                    best = Match(first, place + 1, tuple(node.values))
            elif place == first or not self._may_pass(said, place):
                break
            end, place = said[place].end, place + 1
        return best

    def _may_pass(self, said: Sequence[Token], place: int) -> bool:
        """Whether a word may stand inside a phrase; of two numbers it makes a range, or nothing."""
        allowed = _BETWEEN_NUMBERS if said[place - 1].is_number else self._fillers
        return said[place].key in allowed & self._fillers

    def _known(self, token: Token) -> str:
        """The word of the list that a token must be, or the token itself."""
        key = token.key
        if (
            token.is_number
            or key in self._words
            or key in _RIGHT
            or not _LEAST <= len(key) <= _LONGEST
        ):
            return key
        near = {
            word for form in _without(key, self._slips(key)) for word in self._near.get(form, ())
        }
        close = [word for word in near if self._is_slip(key, word)]
        return close[0] if len(close) == 1 else key

    def _slips(self, word: str) -> int:
        return 2 if len(word) >= _LONG else 1

    def _is_slip(self, key: str, word: str) -> bool:
        """Whether ``key`` was meant to be ``word``: nobody errs at the first letter.

        Other words do differ there: "nuestra" is no "muestra".
        """
        least = _LEAST if word in self._codes else _SHORT
        if min(len(key), len(word)) < least or key[0] != word[0]:
            return False
        return distance(key, word) <= min(self._slips(key), self._slips(word))


def distance(one: str, other: str) -> int:
    """Letters to add, drop, change, or swap with their neighbour to make one word of the other.

    >>> distance("hslo", "hlso"), distance("cotisacion", "cotizasion")
    (1, 2)
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        before, last, row = row, before, [i]
        for j, its in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != its))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == its:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _without(word: str, count: int) -> set[str]:
    """``word``, and it with one letter (or up to ``count``) left out: near words share one."""
    forms = {word}
    for _ in range(count):
        forms |= {form[:place] + form[place + 1 :] for form in forms for place in range(len(form))}
    return forms
