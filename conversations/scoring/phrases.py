"""Many phrases looked for at once: the longest at each word, in time that grows with the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Generic, NamedTuple, TypeVar

NUMBERS = frozenset(["un", "una", "uno", "dos", "tres", "cuatro", "cinco", "seis", "diez"])
LONGEST_STEM = 20

_PART = re.compile(r"\([^()]*\)\??|\.\.|[^().]+|\.")

Said = TypeVar("Said")


def spelled_out(phrase: str) -> Iterator[tuple[str, ...]]:
    """Every form of a phrase of the word lists; their head says what the signs mean.

    >>> list(spelled_out("(te|le)? doy .. gusto"))[3:5]
    [('te', 'doy', '*', 'gusto'), ('te', 'doy', '*', '*', 'gusto')]
    """
    for parts in product(*map(_choices, _PART.findall(phrase))):
        yield tuple("".join(parts).split())


def _choices(part: str) -> list[str]:
    if part == "..":
        return ["", "*", "* *"]
    if part.startswith("("):
        return part.strip("()?").split("|") + [""] * part.endswith("?")
    return [part]


@dataclass(slots=True)
class _Node(Generic[Said]):
    words: dict[str, _Node[Said]] = field(default_factory=dict)
    stems: dict[str, _Node[Said]] = field(default_factory=dict)
    says: Said | None = None
    says_alone: Said | None = None  # where the phrase is all there is

    def after(self, word: str) -> Iterator[_Node[Said]]:
        """Where ``word`` leads: itself, as a plural, as a number, then by its beginnings."""
        forms = [word, word.removesuffix("s"), word.removesuffix("es")]
        if word.isdecimal() or word in NUMBERS:
            forms.append("#")
        yield from (self.words[form] for form in dict.fromkeys(forms) if form in self.words)
        if self.stems:
            sizes = range(min(len(word), LONGEST_STEM), -1, -1)
            yield from (self.stems[word[:size]] for size in sizes if word[:size] in self.stems)


class Found(NamedTuple, Generic[Said]):
    start: int
    end: int
    says: Said


class Phrases(Generic[Said]):
    """Phrases and what each says."""

    def __init__(self) -> None:
        self._root: _Node[Said] = _Node()

    def add(self, words: Sequence[str], says: Said, *, alone: bool = False) -> None:
        """``word*`` stands for every word that begins so; the last of equal phrases counts."""
        node = self._root
        for word in words:
            branch = node.stems if word.endswith("*") else node.words
            node = branch.setdefault(word.removesuffix("*"), _Node())
        if alone:
            node.says_alone = says
        else:
            node.says = says

    def longest(self, words: Sequence[str], start: int) -> Found[Said] | None:
        """The phrase that takes most of ``words`` from ``start`` on; the plainest of equals."""
        found = None
        nodes = [self._root]
        for end in range(start + 1, len(words) + 1):
            nodes = [it for node in nodes for it in node.after(words[end - 1])]
            whole = start == 0 and end == len(words)
            said = [it.says_alone if whole and it.says_alone else it.says for it in nodes]
            found = next((Found(start, end, it) for it in said if it is not None), found)
            if not nodes:
                break
        return found
