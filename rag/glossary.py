"""The dictionary and the field catalogue as values, and what of them a question touches. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from conversations.keys import normalise
from conversations.terms import FILLERS, Terms, tokens
from rag.prompting import shortened

_LONGEST_LINE = 180  # characters: of five hundred, one word must not take all
_SHOWN_VALUES = 6
_LEAST_NAME = 3  # letters of a column that can be meant by a word: not "id"
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class Word:
    """A word of the business, what else it is called, and the column that holds it."""

    word: str
    definition: str
    synonyms: tuple[str, ...] = ()
    field: str = ""
    table: str = ""


@dataclass(frozen=True)
class Column:
    """A column of the business's tables."""

    table: str
    name: str
    definition: str = ""
    data_type: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Touched:
    """What a question speaks of, in its order: words (and how each was called), columns."""

    words: Sequence[tuple[Word, str]] = ()
    columns: Sequence[Column] = field(default=())


class Glossary:
    """Finds words and columns in what people type: accents, plurals, gender and small slips."""

    def __init__(self, words: Iterable[Word], columns: Iterable[Column]) -> None:
        self._columns = tuple(columns)
        self._terms = Terms([*_called(words), *_named(self._columns)], fillers=FILLERS)

    def about(self, question: str) -> Touched:
        """What ``question`` touches; a word brings the column it stands for."""
        found = dict.fromkeys(
            value
            for match in self._terms.find(question, tokens(question))
            for value in match.values
        )
        words = {it: called for it, called in reversed(found) if isinstance(it, Word)}
        pointed = [column for it in reversed(words) for column in self._meant(it)]
        named = [it for it, _called in found if isinstance(it, Column)]
        return Touched(
            [(it, words[it]) for it in reversed(words)], [*dict.fromkeys([*pointed, *named])]
        )

    def _meant(self, word: Word) -> Iterator[Column]:
        """The column that ``word`` points at; without a table, each one of that name."""
        for it in self._columns:
            if word.field and it.name == word.field and word.table in ("", it.table):
                yield it


def described(touched: Touched, longest: int) -> str:
    """One line for each thing touched, words first, in at most ``longest`` characters."""
    lines: list[str] = []
    for line in (*map(_word_line, touched.words), *map(_column_line, touched.columns)):
        line = shortened(_BLANKS.sub(" ", line).strip(), _LONGEST_LINE)
        longest -= len(line) + 1
        if longest < -1:  # the last one needs no line break
            break
        lines.append(line)
    return "\n".join(lines)


def _called(words: Iterable[Word]) -> Iterator[tuple[str, tuple[Word, str]]]:
    for it in words:
        for called in (it.word, *it.synonyms):
            yield called, (it, called)


def _named(columns: Iterable[Column]) -> Iterator[tuple[str, tuple[Column, str]]]:
    for it in columns:
        if len(it.name) >= _LEAST_NAME:
            yield it.name.replace("_", " "), (it, it.name)


def _word_line(found: tuple[Word, str]) -> str:
    it, called = found
    also = f" («{called}»)" if normalise(called) != normalise(it.word) else ""
    return f"{it.word}{also}: {it.definition}"


def _column_line(it: Column) -> str:
    kind = f" ({it.data_type})" if it.data_type else ""
    values = f" Valores: {', '.join(it.values[:_SHOWN_VALUES])}." if it.values else ""
    return f"{it.table}.{it.name}{kind}: {it.definition}{values}"
