"""The word lists of the rules, read once from ``data/``, and how a word is compared."""

import re
from pathlib import Path

WORD = re.compile(r"[^\W\d_]+")

_DATA = Path(__file__).parent / "data"
_ACCENTS = str.maketrans("áéíóúüÁÉÍÓÚÜ", "aeiouuAEIOUU")


def fold(text: str) -> str:
    """Lower case, without accents (the ñ stays); a view keeps its length.

    >>> fold("Cédula")
    'cedula'
    """
    return text.lower().translate(_ACCENTS)


def _lines(name: str) -> list[str]:
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _sections() -> dict[str, frozenset[str]]:
    sections: dict[str, list[str]] = {}
    for line in _lines("words.txt"):
        if line.startswith("["):
            words = sections.setdefault(line.strip("[]"), [])
        else:
            words += line.split()
    return {name: frozenset(words) for name, words in sections.items()}


def names_in(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return all the names of a list, folded, and those that are nothing but names."""
    words = " ".join(_lines(name)).split()
    return (
        frozenset(fold(word.rstrip("?")) for word in words),
        frozenset(fold(word) for word in words if not word.endswith("?")),
    )


VOCABULARY = _sections()


def one_of(*patterns: str) -> str:
    """Return one pattern that matches any of these.

    >>> one_of("calle", r"av\\.?")
    '(?:calle|av\\\\.?)'
    """
    return f"(?:{'|'.join(patterns)})"
