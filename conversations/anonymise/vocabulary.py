"""The word lists of the rules, read once from ``data/``, and how a word is compared."""

import re
from collections.abc import Iterable
from pathlib import Path

# What no number of a person goes without; the gates of two rules share it.
FIVE_DIGITS = r"\d(?:[ \t.\-()*_·•/]{0,3}\d){4}"
WORD = re.compile(r"[^\W\d_]+")

_DATA = Path(__file__).parent / "data"
_ACCENTS = tuple(zip("áéíóúü", "aeiouu", strict=True))


def fold(text: str) -> str:
    """Lower case, without accents (the ñ stays); a plain text keeps its length.

    >>> fold("Cédula")
    'cedula'
    """
    text = text.lower()
    if text.isascii():
        return text
    for accented, plain in _ACCENTS:  # many times faster than one translate()
        text = text.replace(accented, plain)
    return text


def lines_of(name: str) -> list[str]:
    """Return the lines of a file of ``data/`` that are no comments."""
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def sections_of(name: str) -> dict[str, frozenset[str]]:
    """Return the lists of a file of ``data/``, by the name that opens each."""
    sections: dict[str, list[str]] = {}
    for line in lines_of(name):
        if line.startswith("["):
            words = sections.setdefault(line.strip("[]"), [])
        else:
            words += line.split()
    return {name: frozenset(words) for name, words in sections.items()}


VOCABULARY = sections_of("words.txt")


def any_word(words: Iterable[str]) -> str:
    """Return one pattern that matches any of these words, the longest that fits.

    Words that begin alike share a branch: ``re`` tries branches one by one.

    >>> any_word(["sr", "sra", "don"])
    '(?:d(?:on)|s(?:ra|r))'
    """
    initials: dict[str, list[str]] = {}
    for word in sorted(words, key=lambda word: (word[0], -len(word), word)):
        initials.setdefault(word[0], []).append(word[1:])
    return one_of(*(initial + one_of(*rest) for initial, rest in initials.items()))


def one_of(*patterns: str) -> str:
    """Return one pattern that matches any of these.

    >>> one_of("calle", r"av\\.?")
    '(?:calle|av\\\\.?)'
    """
    return f"(?:{'|'.join(patterns)})"
