"""What a passage says of a question: its sentences that share most with it. Pure.

Of 1,190 questions of XQuAD, 94 % have their answer in these sentences of the right paragraph (506
characters, in the mean); its first 700 characters hold 86 %.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, pairwise

from conversations.keys import stems
from rag.chunking import SENTENCE_END

SENTENCES = 3


def excerpt(text: str, question: str) -> str:
    """The sentences of ``text`` that fit ``question`` best, word for word and in their order.

    A word counts the more, the fewer sentences have it; where none has any, the first are taken.
    What is left out between two leaves a mark.

    >>> excerpt("Abrimos a las nueve. Las cuotas se pagan en caja. Hay café.", "¿Y mi cuota?")
    'Las cuotas se pagan en caja.'
    >>> excerpt("La cuota vence el 15. Hay café. Sin cuotas no hay mora.", "¿Cuándo es la cuota?")
    'La cuota vence el 15. … Sin cuotas no hay mora.'
    """
    parts = list(_sentences(text))
    shared = [stems(question) & stems(it) for it in parts]
    known = Counter(chain.from_iterable(shared))
    weights = [sum(1 / known[it] for it in told) for told in shared]
    telling = [it for it in range(len(parts)) if weights[it]] or list(range(len(parts)))
    best = sorted(telling, key=lambda it: -weights[it])[:SENTENCES]
    return _joined(parts, sorted(best))


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for mark in re.finditer(SENTENCE_END, f"{text}\n"):
        if part := text[start : mark.end()].strip():
            yield part
        start = mark.end()


def _joined(parts: list[str], places: list[int]) -> str:
    gaps = ["", *(" " if after == before + 1 else " … " for before, after in pairwise(places))]
    return "".join(gap + parts[place] for gap, place in zip(gaps, places, strict=False))
