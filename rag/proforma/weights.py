"""How many kilos a quantity is, as people say it. Values only."""

from collections.abc import Sequence
from decimal import Decimal

from conversations.amounts import number_at
from conversations.terms import Token, fold, tokens

POUND = Decimal("0.45359237")  # kg, by definition
KILOS = {"kg": Decimal(1), "lb": POUND}
"""The kilos of a unit that prices are by."""

_NAMES = {
    Decimal(1): "kilo kilogramo kg kgs",
    Decimal(1000): "tonelada ton tn tm t",
    POUND: "libra lb lbs pound",
}
_KILOS = {fold(name): kilos for kilos, names in _NAMES.items() for name in names.split()}
_AND_A_HALF = tuple(map(fold, ("y", "media")))
_HOLDING = frozenset(map(fold, ("de", "con", "por", "x", "of")))
_CENT = Decimal("0.01")


def kilos(text: str, *, start: int = 0) -> Decimal | None:
    """The kilos of the quantity at ``start``: "10 toneladas", "dos y media"; what holds a known
    weight counts with it ("un contenedor de 22 toneladas"), what holds an unknown one is none.

    >>> [str(kilos(it)) for it in ("2,5 tn", "1000 libras", "tonelada y media", "2 cajas de 10 kg")]
    ['2500.00', '453.59', 'None', '20.00']
    >>> str(kilos("una tonelada y media")), kilos("un contenedor")
    ('1500.00', None)
    """
    said = [it for it in tokens(text) if it.start >= start]
    first = _weight(said, text, 0)
    if first is None:
        return None
    amount, each, after = first
    if each is None:
        inside = _weight(said, text, after + 1) if _holds(said, after) else None
        if not inside or inside[1] is None:
            return None
        amount, each = amount * inside[0], inside[1]
    return (amount * each).quantize(_CENT)


def _weight(
    said: Sequence[Token], text: str, place: int
) -> tuple[Decimal, Decimal | None, int] | None:
    """The number at a token, the kilos of its unit (none: a box or such), the token after both."""
    number = number_at(said, text, place) if place < len(said) else None
    if not number or number.last >= len(said):
        return None
    amount, after = Decimal(str(number.amount)), number.last + 1
    if tuple(it.key for it in said[after : after + 2]) == _AND_A_HALF:
        amount, after = amount + Decimal("0.5"), after + 2
    return amount, _KILOS.get(said[number.last].key), after


def _holds(said: Sequence[Token], place: int) -> bool:
    return place < len(said) and said[place].key in _HOLDING
