"""The prices that an answer quotes, and between which numbers each may be. Values only."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from conversations.amounts import amount_of
from conversations.catalogue import Catalogue, Entry
from conversations.entities import Entity, Value, finder

TOLERANCE = Decimal("0.01")  # requirements, 3.3
_CURRENCIES = {"USD": r"(?:US\$|USD|U\$S|\$|d[oó]lares)"}
_WEIGHTS = {"kg": r"(?:kg|kilos?|kilogramos?)\b", "lb": r"(?:lbs?|libras?|pounds?)\b"}
_OF = re.compile(r"\s*(?:de|por|of|for)\s+")
_APART = re.compile(r"[;:\n]|\.\s")


@dataclass(frozen=True)
class Quote:
    """An amount of an answer, what it is about, and its range."""

    amount: Decimal
    about: str
    low: Decimal
    high: Decimal


def quotes(answer: str, catalogue: Catalogue, fields: Mapping[str, Value]) -> Iterator[Quote]:
    """Each amount by weight ("9.40 USD/kg") of ``answer`` whose range the catalogue knows.

    An amount is about what its clause named last before it (a product, the freight), else about
    the product named last; where the answer names none, about the product and size of ``fields``.
    """
    named = finder(catalogue).find(answer)
    measured = {it.name for it in catalogue.fields if it.measure} | {"glaze_factor"}
    said = [it.value for it in named if it.kind in measured] + [fields.get(it) for it in measured]
    for unit in dict.fromkeys(it.unit for it in catalogue.by_kind.get("price_range", ())):
        for match in _pattern(unit).finditer(answer):
            amount = Decimal(str(amount_of(match["before"] or match["after"])))
            product, size = _product(match.start(), named, fields)
            between = _price_range(catalogue, unit, product, size, glazed=any(said))
            extra = _extra(answer, match, named, catalogue, unit)
            if extra and not (product and between and between[0] <= amount <= between[1]):
                between, product, size = limits([extra], unit), extra.code, ""
            if between:
                yield Quote(amount, f"{product} {size}".strip() or unit, *between)


@lru_cache(maxsize=16)
def _pattern(unit: str) -> re.Pattern[str]:
    """Matches an amount in ``unit`` ("USD/kg"), which stands ahead of it or after it."""
    money, _, weight = unit.partition("/")
    money = _CURRENCIES.get(money, re.escape(money))
    weight = rf"(?:/|por|el|la|x|per)\s?{_WEIGHTS.get(weight, re.escape(weight))}"
    number = r"\d{1,3}(?:[.,]\d{3})+(?!\d)|\d+(?:[.,]\d{1,2}(?!\d))?"
    return re.compile(
        rf"(?<![\d.,])(?P<before>{number})\s?{money}?\s?{weight}"
        rf"|{money}\s?{weight}\s?:?\s?(?P<after>{number})",
        re.IGNORECASE,
    )


def _product(place: int, named: Sequence[Entity], fields: Mapping[str, Value]) -> tuple[str, str]:
    """The product that an amount at ``place`` is about, and its size; "" for none."""
    ahead = [it for it in named if it.end <= place]
    last = next((it for it in reversed(ahead) if it.kind == "product"), None)
    sizes = [it.value for it in ahead if it.kind == "size" and (not last or it.start > last.start)]
    about = last.value if last else fields.get("product")
    size = sizes[-1] if sizes else None if last else fields.get("size")
    return str(about or ""), str(size or "")


def _extra(
    answer: str, match: re.Match[str], named: Sequence[Entity], catalogue: Catalogue, unit: str
) -> Entry | None:
    """What else than a product the amount is said to be: "0.18 USD/kg de flete"."""
    priced: dict[tuple[str, Value], Entry] = {
        (it.kind, it.code): it for it in catalogue.entries if it.unit == unit and not it.product
    }
    following = _OF.match(answer, match.end())
    clause = max((it.end() for it in _APART.finditer(answer, 0, match.start())), default=0)
    for it in reversed(named):
        if following and it.start == following.end() and (it.kind, it.value) in priced:
            return priced[it.kind, it.value]
        if clause <= it.start and it.end <= match.start():
            if it.kind == "product":
                return None
            if (it.kind, it.value) in priced:
                return priced[it.kind, it.value]
    return None


def _price_range(
    catalogue: Catalogue, unit: str, product: str, size: str, *, glazed: bool
) -> tuple[Decimal, Decimal] | None:
    """Between which prices a product may be quoted; without one, any product's.

    A list price may be quoted delivered, which adds the freight, or by glazed weight, which
    takes the glaze off.
    """
    listed = [it for it in catalogue.by_kind.get("price", ()) if it.code == f"{product} {size}"]
    if listed:
        low, high = limits(listed, unit) or (Decimal(0), Decimal(0))
        freight = limits(catalogue.by_kind.get("freight", ()), unit)
        factor = limits(catalogue.by_kind.get("glaze_factor", ()), "")
        return low * (factor[0] if factor and glazed else 1), high + (freight[1] if freight else 0)
    ranges = catalogue.by_kind.get("price_range", ())
    return limits([it for it in ranges if it.product == product] or ranges, unit)


def limits(entries: Sequence[Entry], unit: str) -> tuple[Decimal, Decimal] | None:
    """The lowest minimum and the highest maximum of the ``entries`` in ``unit``, if there are."""
    known = [it for it in entries if it.unit == unit]
    lows = [it.minimum for it in known if it.minimum is not None]
    highs = [it.maximum for it in known if it.maximum is not None]
    return (min(lows), max(highs)) if lows and highs else None
