"""Identities and accounts written with letters: RIF, CURP, RFC, NIF, passports, IBAN."""

import re
from collections.abc import Callable, Iterator

from stdnum import iban
from stdnum.cl import rut
from stdnum.es import cif, nie, nif
from stdnum.mx import rfc
from stdnum.ve import rif

from conversations.anonymise.gate import Gate, Rule
from conversations.anonymise.spans import ACCOUNT, ID, Span, apart
from conversations.anonymise.view import View
from conversations.anonymise.vocabulary import FIVE_DIGITS
from conversations.anonymise.words import BETWEEN, meaning_after, meaning_before

# Five digits, or a check letter: every code has them, and letters beside them.
_DIGITS = re.compile(r"\d(?:[ .-]?\d){4,40}")
_GATE = Gate(patterns=(FIVE_DIGITS,))
_BEGIN = re.compile(r"(?<![^\W_])[^\W_]|&")
_LETTERS_BEFORE = re.compile(r"[a-zñ&]{1,4}[ -]?$")
_LETTERS_AFTER = re.compile(r"[ -]?[a-z](?![a-zñ])|-?[a-z]{2,5}(?![a-z])")
_BEFORE = 16


def _always(_: str) -> bool:
    return True


def _is_iban(text: str) -> bool:
    """The remainder first: it turns 96 of 97 away before the country's layout is looked up."""
    plain = text.replace(" ", "").replace("-", "").upper()
    digits = "".join(str(int(char, 36)) for char in plain[4:] + plain[:4])
    return int(digits) % 97 == 1 and iban.is_valid(plain)


def _is_rfc(text: str) -> bool:
    """A person's RFC has 13 characters and a birth date, enough without its check digit."""
    return len(text.replace("-", "").replace(" ", "")) == 13 or rfc.is_valid(text)


_RULES: list[tuple[str, re.Pattern[str], Callable[[str], bool]]] = [
    (label, re.compile(rf"(?<![^\W_])(?:{pattern})(?![^\W_])", re.IGNORECASE), is_valid)
    for label, pattern, is_valid in (
        (ACCOUNT, r"[A-Z]{2}\d{2}(?:[ -]?[A-Z]{4})?(?:[ -]?[A-Z]?\d){10,28}", _is_iban),
        (ACCOUNT, r"(?:ES|CR|DO|GT|SV)\d{2}(?:[ -]?\d{4}){4,6}", _always),
        (ID, r"[A-Z]{4}\d{5,6}[HMX][A-Z]{4,5}[A-Z0-9]{1,2}", _always),
        (
            ID,
            r"[A-ZÑ&]{3,4}[ -]?\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -]?[A-Z\d]{2}[A\d]",
            _is_rfc,
        ),
        (ID, r"[JGPVE][ -]?\d{2}\.?\d{3}\.?\d{3}-?\d", rif.is_valid),
        (ID, r"[JGPVE]-\d{7,9}-\d", _always),
        (ID, r"(?:(?-i:[VE]) |[VE]-?)\d{1,2}\.?\d{3}\.?\d{3}(?:-\d)?", _always),
        (ID, r"\d{8}[ -]?[A-Z]", nif.is_valid),
        (ID, r"[XYZ][ -]?\d{7}[ -]?[A-Z]", nie.is_valid),
        (ID, r"[A-HJNP-SUVW][ -]?\d{2}[ .]?\d{3}[ .]?\d{2}[0-9A-J]", cif.is_valid),
        (ID, r"\d{1,2}\.?\d{3}\.?\d{3}-K", rut.is_valid),
        (ID, r"\d{3}-?\d{6}-?\d{4}[A-Z]", _always),
    )
]
# Any code that a word announces: "pasaporte AB123456", a NIF with a wrong letter, half a CURP.
# Its parts stand apart only where the first is short: what follows a whole code is another thing.
_FIRST_LETTERS = r"(?:(?-i:[A-Z]{2}) )?(?:(?-i:[A-ZÑ&]{1,4})[ -]{1,3}|[A-ZÑ&]{1,6}-?)"
_PART = r"(?=[A-ZÑ\d]{2})[A-ZÑ]{0,3}\d[A-ZÑ\d]*"
_ANNOUNCED = re.compile(
    r"(?<![^\W_])(?:"
    rf"{_FIRST_LETTERS}\d{{1,5}}[A-ZÑ]{{0,3}}(?:[ .-]{{1,2}}{_PART}){{1,7}}(?: \d(?![^\W_]))?"
    rf"|{_FIRST_LETTERS}\d[A-ZÑ\d]{{3,17}}(?:[.-][A-ZÑ]{{0,2}}\d[A-ZÑ\d]*){{0,3}}"
    r"|\d{1,8}-?[A-Z]{1,3}-?\d{0,8}|\d{1,2}(?:\.?\d{3}){2}-K)"
    r"(?:-?[A-Z\d]{1,3})?(?![^\W_])",
    re.IGNORECASE,
)
_LEAST_DIGITS = 4
# Of a company in Spain, where a letter follows; otherwise the price includes the freight.
_CIF = re.compile(r"\bcif(?: es| n[o°º])?[ .:=-]{0,3}$")


def _find(view: View) -> list[Span]:
    """Return the lettered identities and accounts in the view, in order."""
    if not view.has_digits:
        return []
    found = [span for place in _places(view.folded) for span in _at(view, place)]
    return apart(span for span in found if not view.keeps(*span[:2]))


def _places(folded: str) -> Iterator[int]:
    """Yield the few places where a code may begin: word beginnings around letters with digits."""
    seen = -1
    for cluster in _DIGITS.finditer(folded):
        start, end = cluster.span()
        before = _letters_before(folded, start)
        if before or _LETTERS_AFTER.match(folded, end):
            first = start - _BEFORE if before else start
            for begin in _BEGIN.finditer(folded, max(seen + 1, first, 0), end):
                seen = begin.start()
                yield seen


def _letters_before(folded: str, start: int) -> bool:
    """Whether a short word stands right before, and none of those that stand before numbers."""
    if start == 0 or not (folded[start - 1].isalpha() or folded[start - 1] in " -&"):
        return False
    before = _LETTERS_BEFORE.search(folded, max(0, start - 5), start)
    return before is not None and not (before[0][-1] == " " and before[0][:-1] in BETWEEN)


def _at(view: View, place: int) -> Iterator[Span]:
    for label, pattern, is_valid in _RULES:
        match = pattern.match(view.text, place)
        if match and (end := _valid_end(match, is_valid)):
            yield Span(place, end, label)
    match = _ANNOUNCED.match(view.text, place)
    if match and sum(map(str.isdigit, match[0])) >= _LEAST_DIGITS:
        kind = _announced_as(view.folded, *match.span())
        if kind in (ID, ACCOUNT):
            yield Span(place, match.end(), kind)


def _announced_as(folded: str, start: int, end: int) -> str | None:
    if folded[start].isalpha() and _CIF.search(folded, max(0, start - 12), start):
        return ID
    meaning = meaning_before(folded, start) or meaning_after(folded, end)
    return meaning.kind if meaning else None


def _valid_end(match: re.Match[str], is_valid: Callable[[str], bool]) -> int:
    """Where the longest valid beginning of the match ends, leaving words off its tail; or 0."""
    text = match[0]
    while text and not is_valid(text):
        text = text.rpartition(" ")[0]
    return match.start() + len(text) if text else 0


RULES = (Rule(_GATE, _find),)
