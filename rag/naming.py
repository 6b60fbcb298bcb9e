"""What a question is about beyond its sense: the numbers and the things of the catalogue it names.
Pure.

Vectors hardly tell 16/20 from 21/25, nor one port from another, and the answers differ.
"""

from conversations import amounts
from conversations.catalogue import Catalogue
from conversations.entities import finder
from conversations.terms import tokens

Named = frozenset[tuple[str, object]]


def names(text: str, catalogue: Catalogue) -> Named:
    """The numbers in ``text`` and what it names of ``catalogue``, whatever their order.

    >>> from conversations.catalogue import Catalogue
    >>> nothing = Catalogue.read([], {})
    >>> names("¿El 16/20 a 3.000?", nothing) == names("3000 de 16-20, una cosa", nothing)
    True
    """
    found = {(it.kind, it.value) for it in finder(catalogue).find(text)}
    return frozenset(found | {("", it) for it in _numbers(text)})


def _numbers(text: str) -> set[float]:
    """Those written in letters count from two: "una" is hardly ever a number."""
    said = tokens(text)
    found = (amounts.number_at(said, text, place) for place in range(len(said)))
    return {it.amount for it in found if it and not (it.is_written and it.amount <= 1)}
