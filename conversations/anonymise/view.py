"""A plain text as the rules look at it: folded, in words, and with the places that are kept."""

from conversations.anonymise.kept import Kept
from conversations.anonymise.spans import Span, hide
from conversations.anonymise.vocabulary import WORD, fold


class View:
    """What a rule sees. ``text`` and ``folded`` run in step, character for character."""

    __slots__ = ("_keep", "_kept", "_words", "folded", "text")

    def __init__(self, text: str, keep: frozenset[str], folded: str | None = None) -> None:
        self.text = text
        self.folded = fold(text) if folded is None else folded
        self._keep = keep
        self._words: frozenset[str] | None = None
        self._kept: Kept | None = None

    @property
    def words(self) -> frozenset[str]:
        """The distinct words, folded."""
        if self._words is None:
            self._words = frozenset(WORD.findall(self.folded))
        return self._words

    def keeps(self, start: int, end: int) -> bool:
        """Whether one term that is never masked covers this place."""
        if not self._keep:
            return False
        if self._kept is None:
            self._kept = Kept(self.folded, self._keep)
        return self._kept.covers(start, end)

    def hiding(self, spans: list[Span]) -> "View":
        """Return the view with these ordered spans turned into barriers."""
        return View(hide(self.text, spans), self._keep, hide(self.folded, spans))
