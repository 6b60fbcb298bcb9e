"""A plain text as the rules look at it: folded, in words, and with the places that are kept."""

import re
from collections.abc import Iterator

from conversations.anonymise.kept import Kept
from conversations.anonymise.spans import ANY_BARRIER, Span, hide
from conversations.anonymise.vocabulary import FIVE_DIGITS, WORD, fold

_WORDS = re.compile("[a-zà-ÿ]+").findall
_FIVE_DIGITS = re.compile(FIVE_DIGITS).search
_MOST_LOOKED_FOR = 8
_NEAR = 32
_AFTER_MASKED = re.compile(f"[{ANY_BARRIER}]")


class View:
    """What a rule sees. ``text`` and ``folded`` run in step, character for character."""

    __slots__ = ("_has_digits", "_keep", "_kept", "_words", "folded", "text")

    def __init__(
        self,
        text: str,
        keep: frozenset[str],
        folded: str | None = None,
        words: frozenset[str] | None = None,
    ) -> None:
        self.text = text
        self.folded = fold(text) if folded is None else folded
        self._keep = keep
        self._words = words
        self._has_digits: bool | None = None
        self._kept: Kept | None = None

    @property
    def words(self) -> frozenset[str]:
        """The distinct words, folded, those that were hidden since too."""
        if self._words is None:
            self._words = frozenset(_WORDS(self.folded))
        return self._words

    @property
    def has_digits(self) -> bool:
        """Whether enough digits for a number of a person stand together anywhere."""
        if self._has_digits is None:
            self._has_digits = _FIVE_DIGITS(self.folded) is not None
        return self._has_digits

    def places_of(self, words: frozenset[str]) -> list[tuple[int, str]]:
        """Where any of these words stands whole, in order."""
        here = self.words & words
        if len(here) > _MOST_LOOKED_FOR:
            found = ((match.start(), match[0]) for match in WORD.finditer(self.folded))
            return [place for place in found if place[1] in here]
        return sorted(place for word in here for place in self._places_of(word))

    def _places_of(self, word: str) -> Iterator[tuple[int, str]]:
        text, end = self.folded, -1
        while (start := text.find(word, end + 1)) >= 0:
            end = start + len(word)
            if not (text[start - 1 : start].isalpha() or text[end : end + 1].isalpha()):
                yield start, word

    def word_before(self, place: int) -> str:
        """The word before a place, if nothing that is masked stands between; or nothing."""
        before = self.folded[max(0, place - _NEAR) : place]
        words = WORD.findall(_AFTER_MASKED.split(before)[-1])
        return words[-1] if words else ""

    def keeps(self, start: int, end: int) -> bool:
        """Whether one term that is never masked covers this place."""
        if not self._keep:
            return False
        if self._kept is None:
            self._kept = Kept(self.folded, self._keep)
        return self._kept.covers(start, end)

    def hiding(self, spans: list[Span]) -> "View":
        """Return the view with these ordered spans turned into barriers."""
        hidden, folded = hide(self.text, spans), hide(self.folded, spans)
        return View(hidden, self._keep, folded, self._words)
