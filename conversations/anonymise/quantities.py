"""Digits that are no number of a person: dates, amounts, invoices, sizes, and what has a unit."""

import re
from itertools import pairwise

_NOT_PERSONAL = re.compile(
    r"(?<![\d.-])(?:"
    r"(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|1[0-2])[-/.](?:(?:19|20)\d\d|\d\d)"
    r"|(?:19|20)\d\d[-/.](?:0[1-9]|1[0-2])[-/.](?:0[1-9]|[12]\d|3[01])"
    r"|\d{3}-\d{3}-\d{9}|[1-9]\d?[-/]\d\d(?:[ \t]{1,3}[1-9]\d?[-/]\d\d){1,30}"
    r")(?![-/.]?\d)"
    r"|[$€][ \t]?(?:\d{1,3}(?:[ .,]\d{3}){1,4}|\d{1,12}(?:[.,]\d{1,2})?)(?!\d)"
)
# Where one of these may stand: digits with signs between, or money.
_CHUNK = re.compile(r"\d[\d \t./-]{5,}|[$€][ \t]?\d[\d \t.,]*")
# Right after a number: it counts or measures something.
UNIT = re.compile(
    r"[ \t]?(?:%|°|kgs?\b|kilos?\b|kilogramos?\b|lbs?\b|libras?\b|gr?\b|gramos?\b|ton\b|tm\b"
    r"|toneladas?\b|cajas?\b|cartones\b|masters?\b|unidades\b|und\b|piezas\b|bolsas\b|pallets?\b"
    r"|contenedor(?:es)?\b|pesos\b|cop\b|usd\b|clp\b|mxn\b|ars\b|eur(?:os)?\b|d[oó]lares\b|soles\b"
    r"|bs\b|bol[ií]vares\b|guaran[ií]es\b|millones\b|mil\b|litros?\b|metros\b|m2\b|d[ií]as\b"
    r"|gb\b|mb\b|[/x]\s?\d)",
    re.IGNORECASE,
)
_LONGEST_AMOUNT = 8
_LONGEST_SIZE, _MOST_SIZES = 2, 3


def hidden(folded: str) -> str:
    """Dates, amounts, invoice numbers and rows of sizes never take part in a number."""
    pieces: list[str] = []
    done = 0
    for chunk in _CHUNK.finditer(folded):
        if chunk[0].isdigit():
            continue
        for match in _NOT_PERSONAL.finditer(folded, chunk.start(), chunk.end()):
            pieces += folded[done : match.start()], "\ufffd" * len(match[0])
            done = match.end()
    return "".join([*pieces, folded[done:]]) if pieces else folded


def is_amount(digits: str, shape: str) -> bool:
    """600 000 000: thousands, and round. ``shape``: how long its groups are."""
    return digits.endswith("000") and set(shape[1:]) == {"3"}


def is_round(digits: str) -> bool:
    """1500000: as amounts are, and too short for most accounts."""
    return digits.endswith("000") and len(digits) <= _LONGEST_AMOUNT


def is_row(groups: list[str]) -> bool:
    """8 10 12 14 16: sizes, from the smallest."""
    sizes = [int(group) for group in groups if len(group) <= _LONGEST_SIZE]
    return len(sizes) == len(groups) > _MOST_SIZES and all(a < b for a, b in pairwise(sizes))
