"""The last scan before texts leave: a second detector of personal data, with rules of its own.

It knows nothing of the anonymiser, so that what the one overlooks the other may see, and it looks
for what can be told without context: addresses, long numbers, check digits. Pure: lines in,
findings out; a finding says where and what kind, and never repeats the text.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from unicodedata import normalize

import phonenumbers

RULES = "1"  # part of what a dataset's card says; another number asks for another scan
EMAIL, HANDLE, PHONE, CARD, ACCOUNT, IDENTITY, NUMBER = (
    "correo electrónico",
    "usuario de una red",
    "teléfono",
    "tarjeta",
    "cuenta bancaria",
    "documento de identidad",
    "número largo",
)

REGIONS = ("EC", "CO", "DO", "MX", "PE", "CL", "AR", "ES", "US", "BR", "VE", "PA", "GT", "CR")
BARE = 9  # digits without a sign between them: no price, size or date is that long
ANNOUNCED = 6  # digits right after a word that says whose they are
_CARDS = range(13, 20)
_DIALLED = range(8, 16)

_END = "\x00"
_DIGITS = b"0" * 6
_NEEDLES = (_DIGITS, b"@", b"rroba")
# Texts as they are searched by the thousand: digits are zeros, what people put between the digits
# of one number is gone, and so are letters of more than a byte (a space without width is one).
# Those that begin as the digits and shapes of other scripts do are told like an at sign.
_FOREIGN = b"\xd9\xdb\xdf\xe0\xe1\xea\xef"
_SHAPES = bytes.maketrans(b"123456789" + _FOREIGN, b"0" * 9 + b"@" * len(_FOREIGN))
_GONE = b" \t\r\n.-()" + bytes(it for it in range(0x80, 0x100) if it not in _FOREIGN)

_EMAIL = re.compile(
    r"[\w.+%-]{1,64}\s?(?:@|[(\[]\s?(?:at|arroba)\s?[)\]]|\barroba\b)\s?"
    r"[\w-]{1,63}(?:\s?(?:\.|\bpunto\b)\s?[a-z]{2,24})+",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w.@])@[a-z_](?:[\w.]{1,28}\w)", re.IGNORECASE)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?\b")
_DNI = re.compile(r"\b([XYZ]?)(\d{7,8})[ -]?([A-HJ-NP-TV-Z])\b", re.IGNORECASE)
_RUT = re.compile(r"\b(\d{1,2}\.?\d{3}\.?\d{3})-([\dkK])\b")
_CURP = re.compile(r"\b[A-ZÑ&]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d\b")
_RFC = re.compile(r"\b[A-ZÑ&]{3,4}\d{6}[A-Z0-9]{2}[A0-9]\b")
_DASHED_ID = re.compile(r"(?<![\d-])\d{3}-(?:\d{2}-\d{4}|\d{7}-\d)(?![\d-])")  # US, DO
_ANNOUNCED = re.compile(
    r"\b(?:c[eé]dula|ced|pasaporte|passport|dni|curp|rut|ruc|nit|c\.?c\.?|identidad|cuenta|account"
    r"|tarjeta|tel[eé]fono|tel|phone|celular|cel|m[oó]vil|whats?app)\b"
    r"(?:\s*(?:n[uú]mero|number|n\.?\s?[oº°]|no|es|is|:|#|\.))*\s*[+(]?[A-Z]{0,3}"
    r"(\d(?:[ .()-]{0,2}\d){5,})",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.,])(?<!\d[ -])[+(]?\d(?:[ .()/-]{0,2}\d){6,30}")
_MONEY_BEFORE = re.compile(r"(?:[$€£]|\b(?:USD|COP|EUR|RD|MXN|S/))\s?$")
_MONEY_AFTER = re.compile(
    r"^\s?(?:[$€£]|(?:USD|COP|EUR|MXN|pesos|d[oó]lares|euros|libras|kg)\b)", re.I
)
_THOUSANDS = re.compile(r"^\d{1,3}(?:[.,]\d{3})+$")
_CALENDAR = re.compile(
    r"\b(?:\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|\d{4}-\d{4}"
    r"|\d{1,3}/\d{1,3}|\d{1,2}-\d{1,2}|(?:19|20)\d\d)\b(?![-/]?\d)"
)


@dataclass(frozen=True)
class Finding:
    """Something that looks like personal data: in which line, and of what kind."""

    line: int
    kind: str


def scan(lines: Iterable[str], *, allowed: Collection[str] = ()) -> Iterator[Finding]:
    """What looks like personal data in ``lines``, which count from 1.

    ``allowed`` are words that a person declared harmless: a company's own telephone, say. Those
    that would raise no alarm change nothing.
    """
    for number, text in enumerate(lines, start=1):
        if is_suspect(text):
            yield from (Finding(number, kind) for kind in kinds(text, allowed=allowed))


def is_suspect(text: str) -> bool:
    """Whether ``text`` deserves a closer look: the cheap question asked of every line."""
    return bool(suspects([text]))


def suspects(texts: Sequence[str]) -> list[int]:
    """The places of those of ``texts`` that deserve a closer look; quick for many at once."""
    shapes = _END.join(texts).encode("utf-8", "replace").translate(_SHAPES, _GONE)
    if shapes.count(b"\0") != max(len(texts) - 1, 0):  # a text with an end in its middle
        return list(range(len(texts)))
    return sorted({place for needle in _NEEDLES for place in _places(shapes, needle)})


def _places(shapes: bytes, needle: bytes) -> Iterator[int]:
    """In which of the texts ``needle`` is; each once."""
    place = seen = 0
    while (at := shapes.find(needle, seen)) >= 0:
        place += shapes.count(b"\0", seen, at)
        yield place
        if (end := shapes.find(b"\0", at)) < 0:
            return
        place, seen = place + 1, end + 1


def kinds(text: str, *, allowed: Collection[str] = ()) -> list[str]:
    """The kinds of personal data in ``text``, each once, in their order of appearance.

    >>> kinds("Escríbame a ana@example.org o al 099 123 4567")
    ['correo electrónico', 'teléfono']
    >>> kinds("HLSO 16/20 a $6.55, 1.250.000 COP hasta el 2026-11-21")
    []
    """
    said = _plain(text)
    for words in filter(is_suspect, allowed):
        said = said.replace(words, "·")
    found = sorted((at, kind) for rule in _RULES for at, kind in rule(said))
    return list(dict.fromkeys(kind for _, kind in found))


def _plain(text: str) -> str:
    """The text with digits and letters of every script's shapes as plain ones, nothing hidden."""
    shown = normalize("NFKC", text)
    if shown.isascii():
        return shown
    return "".join(
        str(_digit(it)) if it.isdigit() else it for it in shown if it.isprintable() or it.isspace()
    )


def _digit(sign: str) -> str:
    return str(int(sign)) if sign.isdecimal() else sign


def _written(pattern: re.Pattern[str], kind: str) -> Callable[[str], Iterator[tuple[int, str]]]:
    """A rule that believes a pattern as it stands."""
    return lambda text: ((it.start(), kind) for it in pattern.finditer(text))


def _checked(
    pattern: re.Pattern[str], kind: str, check: Callable[[re.Match[str]], bool]
) -> Callable[[str], Iterator[tuple[int, str]]]:
    """A rule that believes a pattern whose check digits are right."""
    return lambda text: ((it.start(), kind) for it in pattern.finditer(text) if check(it))


def _numbers(text: str) -> Iterator[tuple[int, str]]:
    """Long numbers: a card, a telephone, or longer than anything the business counts."""
    without_dates = _CALENDAR.sub(lambda it: "·" * len(it[0]), text)
    for found in _NUMBER.finditer(without_dates):
        if kind := _kind_of(found[0], before=text[: found.start()], after=text[found.end() :]):
            yield found.start(), kind


def _kind_of(number: str, *, before: str, after: str) -> str:
    digits = re.sub(r"\D", "", number)
    if len(digits) in _CARDS and _luhn(digits):
        return CARD
    if _THOUSANDS.match(number) or _MONEY_BEFORE.search(before) or _MONEY_AFTER.match(after):
        return ""
    if len(digits) in _DIALLED and _is_telephone(number, digits):
        return PHONE
    longest = max(len(group) for group in re.findall(r"\d+", number))
    return NUMBER if longest >= BARE or len(digits) >= max(_DIALLED) else ""


def _is_telephone(number: str, digits: str) -> bool:
    if number.startswith("+"):
        return True
    if len(digits) < BARE and number.isdigit():
        return False  # a price as likely as an old telephone
    for region in REGIONS:
        try:
            parsed = phonenumbers.parse(digits, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            return True
    return False


def _luhn(digits: str) -> bool:
    """Whether the last digit checks the others, as on payment cards (ISO/IEC 7812-1)."""
    if len(set(digits)) == 1:
        return False
    doubled = [int(it) if at % 2 == 0 else 2 * int(it) for at, it in enumerate(reversed(digits))]
    return sum(it - 9 if it > 9 else it for it in doubled) % 10 == 0


def _iban(found: re.Match[str]) -> bool:
    """ISO 13616: moved to its end and read as one number, the head leaves 1 modulo 97."""
    sign = re.sub(r"[ -]", "", found[0])
    return int("".join(str(int(it, 36)) for it in sign[4:] + sign[:4])) % 97 == 1


def _dni(found: re.Match[str]) -> bool:
    """The letter of a Spanish document is its number modulo 23."""
    first = {"": "", "X": "0", "Y": "1", "Z": "2"}[found[1].upper()]
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(first + found[2]) % 23] == found[3].upper()


def _rut(found: re.Match[str]) -> bool:
    """The last sign of a Chilean document is its number modulo 11, weighed 2 to 7."""
    digits = reversed(found[1].replace(".", ""))
    rest = -sum(int(it) * (2 + at % 6) for at, it in enumerate(digits)) % 11
    return "0123456789K"[rest] == found[2].upper()


def _enough(found: re.Match[str]) -> bool:
    return len(re.sub(r"\D", "", found[1])) >= ANNOUNCED


_RULES = (
    _written(_EMAIL, EMAIL),
    _written(_HANDLE, HANDLE),
    _checked(_IBAN, ACCOUNT, _iban),
    _checked(_DNI, IDENTITY, _dni),
    _checked(_RUT, IDENTITY, _rut),
    _written(_CURP, IDENTITY),
    _written(_RFC, IDENTITY),
    _written(_DASHED_ID, IDENTITY),
    _checked(_ANNOUNCED, NUMBER, _enough),
    _numbers,
)
