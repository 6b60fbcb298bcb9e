"""Whether a label is possible: its values against the catalogue, its prices against the ranges.

Each check gives an error or none: what is wrong, what was expected, and the nearest valid value.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from django.utils.translation import gettext as _

from conversations import entities
from conversations.catalogue import Catalogue, Field
from conversations.entities import Entity, Value
from conversations.keys import normalise
from conversations.prices import TOLERANCE, quotes
from conversations.terms import distance

_NUMBER = re.compile(r"\d+")


class Error(TypedDict):
    """What is wrong with one field; ``message`` is for people."""

    code: str
    field: str
    message: str
    expected: Any
    nearest: Any


def check(
    *,
    intent: str,
    fields: Mapping[str, Value],
    found: Sequence[Entity],
    answer: str,
    catalogue: Catalogue,
) -> list[Error]:
    """Every error of a label; ``found`` are the entities of the question.

    The bot's answer is checked too: a price that it quotes outside of the range must not be
    learned (requirements, 3.3).
    """
    errors = [validate(it, fields.get(it.name), catalogue) for it in catalogue.fields]
    errors += _missing(intent, fields, found, catalogue)
    errors += check_prices(answer, catalogue, fields)
    return [error for error in errors if error]


def validate(field: Field, value: Value, catalogue: Catalogue) -> Error | None:
    """An error unless ``value`` is one that ``field`` may have, or none."""
    if field.measure:
        return _measured(field.name, value, catalogue)
    return None if field.is_open else _listed(field.name, value, catalogue)


def validate_product(value: Value, catalogue: Catalogue) -> Error | None:
    """An error unless ``value`` is a product of the catalogue, or none."""
    return _listed("product", value, catalogue)


def validate_size(value: Value, catalogue: Catalogue) -> Error | None:
    """An error unless ``value`` is a size of the catalogue, or none."""
    return _listed("size", value, catalogue)


def validate_glaseo(value: Value, catalogue: Catalogue) -> Error | None:
    """An error unless ``value`` is a percentage of glaze that the catalogue allows, or none."""
    return _measured("glaseo_percentage", value, catalogue)


def nearest(value: str, codes: Sequence[str]) -> str:
    """The one of ``codes`` that ``value`` most likely meant."""
    return min(codes, key=lambda code: _apart(value, code))


def check_prices(
    answer: str, catalogue: Catalogue, fields: Mapping[str, Value] | None = None
) -> list[Error]:
    """An error for each price by weight that ``answer`` quotes outside of its range.

    ``fields`` say what the question was about, where the answer itself does not.
    """
    return [
        _error(
            "price_out_of_range",
            "price",
            _("%(about)s: %(amount)s no está entre %(low)s y %(high)s.")
            % {
                "about": it.about,
                "amount": f"{it.amount:g}",
                "low": f"{float(it.low):g}",
                "high": f"{float(it.high):g}",
            },
            expected=[float(it.low), float(it.high)],
            nearest=float(min(max(it.amount, it.low), it.high)),
        )
        for it in quotes(answer, catalogue, fields or {})
        if not it.low - TOLERANCE <= it.amount <= it.high + TOLERANCE
    ]


def _listed(name: str, value: Value, catalogue: Catalogue) -> Error | None:
    codes = catalogue.codes(name)
    if value is None or not codes or value in codes:
        return None
    near = nearest(str(value), codes)
    message = _("«%(value)s» no está en el catálogo; lo más cercano es «%(near)s».")
    said = message % {"value": str(value)[:40], "near": near}
    return _error("unknown_value", name, said, expected=codes, nearest=near)


def _measured(name: str, value: Value, catalogue: Catalogue) -> Error | None:
    limits = _limits(name, catalogue)
    if value is None or limits is None:
        return None
    low, high = limits
    if isinstance(value, str):
        return _error("not_a_number", name, _("Debe ser un número."), [low, high], None)
    if low <= value <= high:
        return None
    message = _("%(value)s no está entre %(low)s y %(high)s.")
    said = message % {"value": f"{value:g}", "low": f"{low:g}", "high": f"{high:g}"}
    return _error("out_of_range", name, said, [low, high], min(max(value, low), high))


def _limits(name: str, catalogue: Catalogue) -> tuple[float, float] | None:
    field = catalogue.field(name)
    entries = [
        it for kind in (field.kinds if field else ()) for it in catalogue.by_kind.get(kind, ())
    ]
    ranges = [(it.minimum, it.maximum) for it in entries]
    known = [(low, high) for low, high in ranges if low is not None and high is not None]
    return (float(min(known)[0]), float(max(high for _low, high in known))) if known else None


def _missing(
    intent: str, fields: Mapping[str, Value], found: Sequence[Entity], catalogue: Catalogue
) -> list[Error | None]:
    """What the intent requires and the message does not say; saying several is no lack."""
    wanted = catalogue.intent(intent)
    lacking = [
        name
        for name in (wanted.required if wanted else ())
        if catalogue.field(name)
        and fields.get(name) is None
        and len(entities.values(found, name)) < 2
    ]
    return [
        _error("missing_field", name, _("Falta «%(name)s».") % {"name": name}, intent, None)
        for name in lacking
    ]


def _error(code: str, field: str, message: str, expected: Any, nearest: Any) -> Error:
    return Error(code=code, field=field, message=message, expected=expected, nearest=nearest)


def _apart(value: str, code: str) -> tuple[float, int]:
    """How far a value is from a code: first by their numbers, then by their letters."""
    ours, theirs = _NUMBER.findall(value), _NUMBER.findall(code)
    numbers = 0.0
    if ours and theirs:
        numbers = abs(_middle(ours) - _middle(theirs))
    return numbers, distance(normalise(value)[:80], normalise(code)[:80])


def _middle(numbers: Sequence[str]) -> float:
    return sum(float(it[:9]) for it in numbers[:2]) / len(numbers[:2])
