"""Amounts, units and dates in the cells of a price list, as people write them. Values only."""

import re
from datetime import date, datetime
from decimal import Decimal

CURRENCY = "USD"  # of what names none
_AROUND = re.compile(r"^(?:US\$|U\$S|USD|\$)\s*|\s*(?:US\$|USD|\$|%)$", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,12}(?:[.,' ]\d+)*")
_UNIT = re.compile(r"(?:(?P<money>[A-Za-z]{3}|U?S?\$)\s*(?:/|por)\s*)?(?P<weight>[A-Za-z]+)\.?")
_WEIGHTS = {"kg": "kg", "kgs": "kg", "kilo": "kg", "kilos": "kg", "kilogramo": "kg"}
_WEIGHTS |= {"lb": "lb", "lbs": "lb", "libra": "lb", "libras": "lb", "pound": "lb"}
_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")
_PLACES = 4  # decimals that a price may have


def amount(cell: str) -> Decimal:
    """The number of a cell, its decimals after a comma or a point.

    Raises :class:`ValueError`, with the reason, for what is no number, or may be two.

    >>> [str(amount(it)) for it in ("9,40", "$ 1.250,5", "0.180", "USD 12", "1,250.00")]
    ['9.40', '1250.5', '0.180', '12', '1250.00']
    """
    bare = _AROUND.sub("", cell.strip()).strip()
    if not _NUMBER.fullmatch(bare):
        raise ValueError("no es un número")
    whole, decimals = _parts(bare)
    if len(decimals) > _PLACES:
        raise ValueError(f"tiene más de {_PLACES} decimales")
    return Decimal(f"{re.sub(r'[^0-9]', '', whole)}.{decimals}".rstrip("."))


def short(number: Decimal | int) -> str:
    """A number without the zeros that a column adds, and without an exponent.

    >>> short(Decimal("9.4000")), short(Decimal("100"))
    ('9.4', '100')
    """
    return f"{Decimal(number).normalize():f}"


def unit(cell: str) -> str:
    """A unit as the catalogue writes it ("USD/kg"); :class:`ValueError` for any other.

    >>> [unit(it) for it in ("kg", "cop/KG", "$/libra", "")]
    ['USD/kg', 'COP/kg', 'USD/lb', 'USD/kg']
    """
    found = _UNIT.fullmatch(cell.strip() or "kg")
    weight = _WEIGHTS.get(found["weight"].lower()) if found else None
    if not found or not weight:
        raise ValueError("se lee por kg o por lb")
    money = (found["money"] or CURRENCY).upper()
    return f"{CURRENCY if '$' in money else money}/{weight}"


def day(cell: str) -> date:
    """A date, the day first or the year first; :class:`ValueError` for anything else."""
    for form in _DATES:
        try:
            return datetime.strptime(cell.strip(), form).date()
        except ValueError:
            continue
    raise ValueError("no es una fecha: escriba 2026-12-31")


def _parts(bare: str) -> tuple[str, str]:
    """What is before and after the decimal sign; "1.250" may be either, and is refused."""
    signs = re.findall(r"[.,' ]", bare)
    if not signs:
        return bare, ""
    whole, _, last = bare.rpartition(signs[-1])
    if len(set(signs)) > 1:
        return whole, last
    if len(signs) > 1 or signs[0] in "' ":
        return bare, ""  # several of one sign part thousands
    if len(last) == 3 and whole.strip("0"):
        raise ValueError(f"puede ser {whole}{last} o {whole},{last}0: escríbalo sin miles")
    return whole, last
