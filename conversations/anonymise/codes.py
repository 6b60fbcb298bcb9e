"""Identities and accounts written with letters: RIF, CURP, RFC, NIF, passports, IBAN."""

import re
from collections.abc import Callable

from stdnum import iban
from stdnum.cl import rut
from stdnum.es import cif, nie, nif
from stdnum.mx import rfc
from stdnum.ve import rif

from conversations.anonymise.spans import ACCOUNT, ID, Span, apart
from conversations.anonymise.words import meaning_before

_GATE = re.compile(
    r"[A-Za-z&ñÑ][ -]?\d{1,2}\.?\d{3}|[A-Za-z]{2}\d{2}[ -]?[A-Za-z\d]{4}"
    r"|\d{5}[ -]?[A-Za-z]|\d-[Kk]\b"
)


def _always(_: str) -> bool:
    return True


def _is_rfc(text: str) -> bool:
    """A person's RFC has 13 characters and a birth date, enough without its check digit."""
    return len(text.replace("-", "").replace(" ", "")) == 13 or rfc.is_valid(text)


_RULES: list[tuple[str, re.Pattern[str], Callable[[str], bool]]] = [
    (label, re.compile(rf"(?<![^\W_])(?:{pattern})(?![^\W_])", re.IGNORECASE), is_valid)
    for label, pattern, is_valid in (
        (ACCOUNT, r"[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?", iban.is_valid),
        (ID, r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d", _always),
        (
            ID,
            r"[A-ZÑ&]{3,4}[ -]?\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -]?[A-Z\d]{2}[A\d]",
            _is_rfc,
        ),
        (ID, r"[JGPVE][ -]?\d{2}\.?\d{3}\.?\d{3}-?\d", rif.is_valid),
        (ID, r"(?:(?-i:[VE]) |[VE]-?)\d{1,2}\.?\d{3}\.?\d{3}(?:-\d)?", _always),
        (ID, r"\d{8}[ -]?[A-Z]", nif.is_valid),
        (ID, r"[XYZ][ -]?\d{7}[ -]?[A-Z]", nie.is_valid),
        (ID, r"[A-HJNP-SUVW][ -]?\d{7}[0-9A-J]", cif.is_valid),
        (ID, r"\d{1,2}\.?\d{3}\.?\d{3}-K", rut.is_valid),
        (ID, r"\d{3}-?\d{6}-?\d{4}[A-Z]", _always),
    )
]
_ANNOUNCED = re.compile(
    r"(?<![^\W_])(?:(?:[A-Z]{1,4}-?|(?-i:[A-Z]{1,3}) )\d{5,12}|\d{1,8}-?[A-Z]{1,3}-?\d{0,8}"
    r"|\d{1,2}(?:\.?\d{3}){2}-K|[A-Z]{2}\d{2}(?:[ -]?\d{4}){2,6})(?:-?[A-Z\d]{1,3})?(?![^\W_])",
    re.IGNORECASE,
)
_LEAST_DIGITS = 5


def find(view: str, words: frozenset[str], keep: frozenset[str]) -> list[Span]:
    """Return the lettered identities and accounts in the view, in order."""
    if not _GATE.search(view):
        return []
    found = [
        Span(match.start(), end, label)
        for label, pattern, is_valid in _RULES
        for match in pattern.finditer(view)
        if (end := _valid_end(match, is_valid))
    ]
    found += _announced(view)
    return apart(span for span in found if view[span.start : span.end].lower() not in keep)


def _valid_end(match: re.Match[str], is_valid: Callable[[str], bool]) -> int:
    """Where the longest valid beginning of the match ends, leaving words off its tail; or 0."""
    text = match[0]
    while text and not is_valid(text):
        text = text.rpartition(" ")[0]
    return match.start() + len(text) if text else 0


def _announced(view: str) -> list[Span]:
    """Any code that a word announces: "pasaporte AB123456", "NIF" with a wrong letter."""
    found = []
    for match in _ANNOUNCED.finditer(view):
        if sum(map(str.isdigit, match[0])) >= _LEAST_DIGITS:
            kind = meaning_before(view, match.start())
            if kind in (ID, ACCOUNT):
                found.append(Span(match.start(), match.end(), kind))
    return found
