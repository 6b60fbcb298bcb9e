"""A stretch of text as a row of letters, one a word, by which addresses are told.

A word's letter says what it can be in an address; ``streets.py`` tells which rows are one. So a
rule speaks of "a kind of street, a name, a number" and never of single words.
"""

import re
from typing import NamedTuple

from conversations.anonymise.gazetteer import is_common
from conversations.anonymise.spans import ANY_BARRIER
from conversations.anonymise.vocabulary import VOCABULARY, fold, one_of, sections_of

PLACES = sections_of("streets.txt")
CITIES, SELDOM = PLACES.pop("cities"), PLACES.pop("seldom")
_MONTHS = "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre"
_LETTER = {
    **dict.fromkeys(VOCABULARY["not_names"], "r"),
    **{word: letter for letter, words in PLACES.items() for word in words},
    **dict.fromkeys([*_MONTHS.split(), "noviembre", "diciembre"], "M"),
    **dict.fromkeys(VOCABULARY["ones"] | VOCABULARY["tens"], "v"),
}
_ABBREVIATED = frozenset("KJABPSygdkMzUbl")
_ROMAN = frozenset({"ii", "iii", "iv", "vi", "vii"})
_UNIT = one_of(
    *("kg", "kilos?", "lbs?", "libras?", "cajas?", "ton", "tm", "pesos", "usd", "cop", "unidades"),
    *("contenedor(?:es)?", "a[nñ]os?", "d[ií]as?", "mes(?:es)?", "horas?", "hrs?", "h", "am", "pm"),
    *(
        "d[oó]lares",
        "cuotas?",
        "soles",
        "mil",
        "gb",
        "min",
        "minutos",
        "pulgadas",
        "veces",
        "gr",
        "(?-i:g)",
    ),
    *(
        "ml",
        "cc",
        "cm",
        "mm",
        "m2",
        r"[lwv](?![ ]?\d)",
        "hz",
        "mah",
        "hp",
        "btu",
        "oz",
        "pies",
        "hect[aá]reas",
    ),
)
_AMOUNT = re.compile(rf"[\"”']|[ ]?(?:%|°|/[ ]?\d|{_UNIT}\b)", re.IGNORECASE)
_HOUSE = re.compile(
    r"(?:[a-z]{1,2}-?){0,2}\d{1,5}[a-zºª]{0,2}(?:-[a-z]{0,2}\d{0,4}[a-zºª]{0,2}){0,3}",
    re.IGNORECASE,
)
_WORD = r"[^\W\d_]"
_TOKEN = re.compile(
    # First what most words are, so that the odd ones cost nothing.
    rf"(?P<word>(?!sin[ ]n|apartado|casilla){_WORD}{{3,}}(?:['´’–-]{_WORD}+)*(?!\d))"
    rf"|(?P<barrier>[{ANY_BARRIER}]+)"
    r"|(?P<A>a\.? ?a\.? ?h\.? ?h\.?(?=[ ]))|(?P<b>z\.i\.)"
    r"|(?P<B>c\. ?c\.(?=[ ])|p\.h\.)"
    r"|(?P<K>c/(?!u\b)(?=[ ]?[a-z\d]))|(?P<P>c\.? ?p\.?(?=[ :]{1,2}\d)"
    r"|(?:mz|mza|sl|lt|v|dpto|apto|depto|villa|casa|piso|torre|bloque|of)(?=-?\d))"
    r"|(?P<y>e/(?=[ ]?\w))"
    r"|(?P<N>s/n\b|s\.n\.|sn\b|sin n(?:[uú]mero|ombre)\b)"
    r"|(?P<R>(?:apartado|casilla|p\.? ?o\.? ?box)(?: de correos?| postal)?(?= \d))"
    r"|(?P<o>\d{1,2}(?:\.?[ºª°]|(?:er|e?r[ao]|d[ao]|t[ao]|m[ao]|v[ao]|n[ao]|st|nd|rd|th)\b)\.?)"
    r"|(?P<S>n[°º]\.?|#)"
    r"|(?P<number>(?:[$€][ ]?)?(?<![^\W_])(?:[a-z]{1,2}-)?(?:[a-z]{1,2}|[a-z]-[a-z]-)?\d\w*"
    r"(?:-\w+)*(?:[.,:/']\d[\w./:-]*)*)"
    rf"|(?P<short>{_WORD}+(?:['´’–-]{_WORD}+)*)"
    r"|(?P<mark>[,.;:()\n/·|–?!¿¡-])",
    re.IGNORECASE,
)
_POSTCODE = re.compile(r"\d{5}")
_YEAR = re.compile(r"(?:19|20)\d\d")
SENDS = (
    r"\b(?:entregu?|envi|mand|despach|llev|dej|retir|reco[gj]|tra[ei]?g?|llegu?|ubic|repart)"
    r"(?:a|e|o|an|en|ar|er|ir|as|aron|amos|ado|ada|ios)?(?:me|nos)?"
)
DELIVERS = re.compile(rf"{SENDS}(?:l[oa]s?)?\b")
# What a text with an address has at least one of, besides numbers at corners and on floors.
TELLING = frozenset().union(*(PLACES[letter] for letter in "JKBAPkIL")) - SELDOM
_IT = ("lo", "la")
_DIGIT = re.compile(r"\.?[ ]?(?:\d|#|n[°º])")
_NUMBERED = re.compile(r"\.|[ ]?(?:\d|#|n[°º]|[A-Z]\b)")
_MARKS = {"\n": ".", ".": ".", ":": ":"} | dict.fromkeys(";?!·|", ";")


class Row(NamedTuple):
    """The letters, and where each word stands in the text."""

    letters: str
    places: list[tuple[int, int]]


def row_of(text: str) -> Row:
    """Read a text; what stands for nothing is left out."""
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    shouting = text.isupper()
    for token in _TOKEN.finditer(text):
        letter = _letter(text, token, letters[-1] if letters else ".", shouting=shouting)
        if letter:
            letters.append(letter)
            places.append(token.span())
    return Row("".join(letters), places)


def _letter(text: str, token: re.Match[str], before: str, *, shouting: bool) -> str:
    group = token.lastgroup or ""
    if group in {"word", "short"}:
        return _of_word(text, token, before, shouting=shouting)
    if group == "number":
        return _of_number(text, token, before)
    if group == "mark":
        if token[0] in "¿¡" or (
            token[0] == "." and before in _ABBREVIATED and text[token.start() - 1] != " "
        ):
            return ""
        return _MARKS.get(token[0], ",")
    return "|" if group == "barrier" else group


def _of_word(text: str, token: re.Match[str], before: str, *, shouting: bool) -> str:
    word = token[0]
    folded = fold(word)
    capital = word[0].isupper() and not shouting
    letter = _LETTER.get(folded) or _of_verb(folded)
    if (
        len(word) == 1
        and _is_mark(folded, before, capital=capital)
        and letter != "U"
        and not _DIGIT.match(text, token.end())
    ):
        return "z"
    if letter and not (capital and _is_named(letter, before, text, token.end())):
        return letter
    if len(word) == 1 or folded in _ROMAN:
        return "z"
    if not is_common(folded):
        return "C" if capital else "w"
    if capital:
        return "T" if before in ".:;" else "C"
    return "x"


def _of_verb(folded: str) -> str | None:
    """ "Mándenlo a", "me lo traen a": an address may follow; after "mándalo a", it is my own."""
    if not DELIVERS.fullmatch(folded):
        return None
    return "I" if folded.endswith(_IT) else "i"


def _is_mark(letter: str, before: str, *, capital: bool) -> bool:
    """Whether a lone letter marks a flat: "piso a", "12 b", "Villa C"."""
    if letter == "y":
        return False
    return (
        before in "PoK"
        or (before == "n" and letter in "bcdfghijkl")
        or (capital and before not in ".:;")
    )


def _is_named(letter: str, before: str, text: str, end: int) -> bool:
    """Whether a word with a capital is part of a name, whatever else it means."""
    if letter in "rvUoWxFdi":
        return before in "leCKABg"
    if letter == "x":
        return True
    if letter == "y":
        return before == "A"
    if letter == "J" and before == "K":
        return True
    return (
        letter in "PBJbk"
        and before in ("leC" if letter == "P" else "leCKAg")
        and not _NUMBERED.match(text, end)
    )


def _of_number(text: str, token: re.Match[str], before: str) -> str:
    if before == "k":
        return "n"
    if _POSTCODE.fullmatch(token[0]):
        return "Z"
    if before == "M" and _YEAR.fullmatch(token[0]):
        return "q"
    if not _HOUSE.fullmatch(token[0]) or _AMOUNT.match(text, token.end()):
        return "q"
    return "n"
