"""Which of the passages an answer leans on: by its marks, or by the words it shares. Pure."""

import re
from collections.abc import Collection, Sequence

from conversations.keys import words
from rag.prompting import Passage

_MARK = re.compile(r"\s?\[(\d{1,3})\]")
_SHORTEST_WORD = 4  # letters: articles and prepositions stand in every text
_SHARE = 0.6  # of an answer's words that stand in one passage, for one it does not name


def without_strays(text: str, shown: Collection[int]) -> str:
    """``text`` without marks of passages that were not shown.

    >>> without_strays("Doce meses [1], con aval [9].", {1, 2})
    'Doce meses [1], con aval.'
    """
    return _MARK.sub(lambda found: found[0] if int(found[1]) in shown else "", text)


def cited(text: str, passages: Sequence[Passage]) -> frozenset[int]:
    """The numbers of ``passages`` that ``text`` names; else of the one that holds most of it.

    >>> told = [Passage(1, "Plazos", "El plazo del crédito es de doce meses.")]
    >>> [sorted(cited(it, told)) for it in ("Sí [1].", "Son doce meses de plazo.", "Quito.")]
    [[1], [1], []]
    """
    known = {it.number for it in passages}
    if named := known & {int(it) for it in _MARK.findall(text)}:
        return frozenset(named)
    said = _telling(text)
    shares = [(len(said & _telling(it.text)), -it.number) for it in passages]
    shared, number = max(shares, default=(0, 0))
    return frozenset({-number}) if shared and shared >= _SHARE * len(said) else frozenset()


def _telling(text: str) -> set[str]:
    return {it for it in words(text) if len(it) >= _SHORTEST_WORD or it.isdigit()}
