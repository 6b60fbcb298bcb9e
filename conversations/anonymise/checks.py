"""Whether the digits of a number can be a telephone, an identity or an account.

Telephones are the patterns of ``phonenumbers``' own metadata, compiled into one expression: its
``PhoneNumberMatcher`` gives the same verdict (``Leniency.VALID``) at twenty passes a text. Check
digits are ``python-stdnum``'s, each behind a pattern that turns most numbers away first.
"""

import re
from collections.abc import Iterable

from phonenumbers import PhoneMetadata
from stdnum import luhn
from stdnum.ar import cbu, cuit
from stdnum.cl import rut as cl_rut
from stdnum.co import nit as co_nit
from stdnum.ec import ci as ec_ci
from stdnum.ec import ruc as ec_ruc
from stdnum.es import ccc
from stdnum.pe import ruc as pe_ruc
from stdnum.uy import rut as uy_rut

from conversations.anonymise.spans import ACCOUNT, ID, PHONE
from conversations.anonymise.vocabulary import one_of

SPANISH = (
    "EC",
    "CO",
    "PE",
    "VE",
    "MX",
    "AR",
    "CL",
    "BO",
    "PY",
    "UY",
    "PA",
    "CR",
    "NI",
    "HN",
    "SV",
    "GT",
    "DO",
    "CU",
    "PR",
    "ES",
)
PARTNERS = ("US", "BR", "PT", "FR", "IT", "DE", "GB", "NL", "BE", "CN")
# Where people write a leading 0 (their trunk prefix) before a national number, and where not.
_WITH_ZERO = ("EC", "VE", "PY", "UY", "AR", "PE", "CO", "BO")
_BARE = ("CO", "PE", "MX", "AR", "CL", "ES")


def _metadata(region: str) -> PhoneMetadata:
    data = PhoneMetadata.metadata_for_region(region)
    if data is None:
        raise LookupError(f"phonenumbers knows no region {region}")
    return data


def _pattern(region: str) -> str:
    data = _metadata(region)
    patterns = (kind.national_number_pattern for kind in (data.mobile, data.fixed_line) if kind)
    return one_of(*filter(None, patterns))


def _numbers(regions: Iterable[str], prefix: str = "") -> str:
    return one_of(*(prefix + _pattern(region) for region in regions))


def _international(region: str) -> str:
    """Country code, then what people still write between it and the number: 0, 1 or 9."""
    return f"{_metadata(region).country_code}0?1?9?{_pattern(region)}"


# An Ecuadorian mobile is taken by its shape: people mistype it, and little else begins so.
_LOCAL = r"09[3-9]\d{7}"
_LOCAL_MISTYPED = r"09[3-9]\d{6}|09[3-9]\d{8}"
_MOBILE = re.compile(_LOCAL)
_MADE_UP = re.compile(r"(?:19|20)\d{8}|\d*?(\d)\1{6,}\d*")
_INTERNATIONAL = re.compile(one_of(*map(_international, SPANISH + PARTNERS)))
_NATIONAL = re.compile(one_of(_LOCAL, _LOCAL_MISTYPED, _numbers(_WITH_ZERO, "0"), _numbers(_BARE)))
_NORTH_AMERICAN = re.compile(_numbers(("US", "DO", "PR")))


def is_mobile(digits: str) -> bool:
    """An Ecuadorian mobile, by its shape."""
    return _MOBILE.fullmatch(digits) is not None


def is_international(digits: str) -> bool:
    """Country code first, a mobile or fixed line of a country we deal with."""
    return _INTERNATIONAL.fullmatch(digits) is not None


def is_phone(digits: str, shape: str = "") -> bool:
    """A number that says by itself that it is a telephone: 9 digits or more, or a shape."""
    if shape == "334" and _NORTH_AMERICAN.fullmatch(digits):
        return True
    if digits.startswith("00"):
        return is_international(digits[2:])
    if len(digits) < 9 or (_MADE_UP.fullmatch(digits) and len(shape) == 1):
        return False
    if _NATIONAL.fullmatch(digits):
        return True
    return len(digits) >= 11 and is_international(digits)


_CHECKED = [
    (ID, re.compile(r"(?:0[1-9]|1\d|2[0-4]|30)[0-5]\d{7}"), ec_ci.is_valid),
    (ID, re.compile(r"(?:0[1-9]|1\d|2[0-4]|30)[0-69]\d{7}00\d"), ec_ruc.is_valid),
    (ID, re.compile(r"(?:10|15|16|17|20)\d{9}"), pe_ruc.is_valid),
    (ID, re.compile(r"(?:20|2[3-7]|30|33|34)\d{9}"), cuit.is_valid),
    (ID, re.compile(r"21\d{6}001\d"), uy_rut.is_valid),
    (
        ACCOUNT,
        re.compile(r"4\d{15}|(?:5[1-5]|2[2-7])\d{14}|6(?:011|5\d\d|2\d\d)\d{12}"),
        luhn.is_valid,
    ),
    (ACCOUNT, re.compile(r"3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}"), luhn.is_valid),
    (ACCOUNT, re.compile(r"\d{22}"), cbu.is_valid),
    (ACCOUNT, re.compile(r"\d{20}"), ccc.is_valid),
    (ACCOUNT, re.compile(r"\d{18}"), lambda digits: is_clabe(digits)),
]


def _always(_: str) -> bool:
    return True


# Where the way of writing it, as lengths of the groups, says which number it is: some shapes are
# nothing else, even where the check digit is mistyped.
SHAPES = {
    "91": (ID, co_nit.is_valid),
    "3331": (ID, _always),
    "1331": (ID, _always),
    "2331": (ID, _always),
    "81": (ID, cl_rut.is_valid),
    "71": (ID, cl_rut.is_valid),
    "371": (ID, _always),
    "281": (ID, _always),
    "454": (ID, lambda digits: digits[-4:-2] <= "22"),
    "44444": (ACCOUNT, lambda digits: digits.startswith("01")),
    "4444": (ACCOUNT, lambda digits: digits[0] == "4" or "51" <= digits[:2] <= "55"),
    "33c2": (ACCOUNT, _always),
    "a3": (ID, ec_ruc.is_valid),
    "4631": (ID, _always),
    "4443": (ACCOUNT, lambda digits: digits[0] in "45"),
    "4442": (ACCOUNT, lambda digits: digits[0] in "45"),
    "445": (ID, lambda digits: digits[4:6] in {"19", "20"}),
}
_CLABE_WEIGHTS = (3, 7, 1) * 6


def is_clabe(digits: str) -> bool:
    """Mexico's interbank account: weights 3, 7, 1 over 17 digits, the last one checks."""
    total = sum(int(d) * w % 10 for d, w in zip(digits[:17], _CLABE_WEIGHTS, strict=False))
    return (10 - total % 10) % 10 == int(digits[17])


def checked(digits: str, shape: str) -> str | None:
    """Return the label of a number whose check digit or shape gives it away."""
    shaped = SHAPES.get(shape)
    if shaped and shaped[1](digits):
        return shaped[0]
    for label, pattern, is_valid in _CHECKED:
        if pattern.fullmatch(digits) and is_valid(digits):
            return label
    return None


def label_of(digits: str, shape: str) -> str | None:
    """Return what a number without telling words is, or ``None``.

    A mobile wins over an identity: 7 in 100 Ecuadorian mobiles pass the check of the cédula too.
    """
    if len(digits) == 10 and not _NATIONAL.fullmatch(digits):
        return checked(digits, shape) or (PHONE if is_phone(digits, shape) else None)
    return PHONE if is_phone(digits, shape) else checked(digits, shape)
