"""Numbers in a message, and what they count or measure. Values only."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from conversations.keys import plain
from conversations.terms import Match, Token, fold

_NUMBERS = {
    plain(word): number
    for number, words in {
        0: "cero zero", 0.5: "medio media half", 1: "un una uno one", 2: "dos two",
        3: "tres three", 4: "cuatro four", 5: "cinco five", 6: "seis six", 7: "siete seven",
        8: "ocho eight", 9: "nueve nine", 10: "diez ten", 11: "once eleven", 12: "doce twelve",
        13: "trece", 14: "catorce", 15: "quince fifteen", 16: "dieciséis", 17: "diecisiete",
        18: "dieciocho", 19: "diecinueve", 20: "veinte twenty", 21: "veintiún veintiuna",
        22: "veintidós", 23: "veintitrés", 24: "veinticuatro", 25: "veinticinco",
        26: "veintiséis", 27: "veintisiete", 28: "veintiocho", 29: "veintinueve",
        30: "treinta thirty", 40: "cuarenta forty", 50: "cincuenta fifty",
        60: "sesenta sixty", 70: "setenta seventy", 80: "ochenta eighty", 90: "noventa ninety",
        100: "cien hundred",
    }.items()
    for word in words.split()
}  # fmt: skip
# For slips; "dos" stands for itself and not for "doce", which sounds like it in the plural.
_SPELLED = {fold(word): number for word, number in reversed(_NUMBERS.items())}
_TIMES = frozenset(map(fold, ["mil", "miles", "thousand", "millones"]))
_NONE = frozenset(map(fold, ["sin", "no", "without"]))
_LINKS = frozenset(
    map(fold, ["a", "al", "con", "de", "del", "el", "es", "en", "la", "o", "sea", "lleva"])
) | {"of", "the", "to", "with", "at"}
_MOST = 1e12  # nobody means more; digits without end would be more than any column holds
_REACH = 4  # tokens from a word to the number that measures it
_STOP = re.compile(r"[,;!?\n]|\.\s")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")


@dataclass(frozen=True)
class Number:
    """A number at tokens ``first`` to ``last`` (not included), perhaps with a percent sign."""

    first: int
    last: int
    amount: float
    is_marked: bool
    is_written: bool  # in letters


def number_at(said: Sequence[Token], text: str, place: int) -> Number | None:
    """The number that begins at a token: "1.000", "2,5", "25 mil", "diez por ciento"."""
    token = said[place]
    word = text[token.start : token.end]
    amount = (
        amount_of(word) if token.is_number else _NUMBERS.get(plain(word), _SPELLED.get(token.key))
    )
    if amount is None:
        return None
    last = place + 1
    if last < len(said) and said[last].key in _TIMES:
        amount, last = amount * 1000, last + 1
    following = [it.key for it in said[last : last + 2]]
    marks = 1 if following[:1] == ["%"] else 2 if following == _PERCENT else 0
    return Number(place, last + marks, amount, bool(marks), not token.is_number)


_PERCENT = [fold("por"), fold("ciento")]


def amount_of(digits: str) -> float:
    """What digits with points or commas mean, at most :data:`_MOST`.

    Three after the last sign are thousands.

    >>> amount_of("1.899.900"), amount_of("9,40"), amount_of("20")
    (1899900.0, 9.4, 20.0)
    """
    amount = re.sub("[.,]", "", digits) if _THOUSANDS.fullmatch(digits) else digits
    return min(float(amount.replace(",", ".")), _MOST)


def measure(
    said: Sequence[Token],
    text: str,
    word: Match,
    *,
    taken: Collection[int],
    units: Collection[str],
) -> tuple[int, int, float] | None:
    """The percentage that belongs to ``word``, with the tokens that both take.

    "20 % de glaseo", "glaseado al 15", "sin glaseo" (0). A number with a percent sign goes before
    one without, one after the word before one ahead of it; one that counts something (``units``)
    or stands at a ``taken`` token is none.
    """
    numbers = [
        number
        for number in (_after(said, text, word), _before(said, text, word))
        if number and number.first not in taken and _is_free(said, number, units)
    ]
    numbers.sort(key=lambda it: not it.is_marked)
    if denied := word.first > 0 and said[word.first - 1].key in _NONE:
        numbers = [it for it in numbers if it.is_marked and it.first >= word.last]
    if numbers:
        best = numbers[0]
        return min(word.first, best.first), max(word.last, best.last), best.amount
    return (word.first - 1, word.last, 0.0) if denied else None


def count(
    said: Sequence[Token], text: str, units: dict[int, int], *, taken: Collection[int]
) -> Iterator[tuple[int, int]]:
    """The tokens of each number followed by a unit; ``units`` maps first tokens of units to last.

    What a unit holds is no quantity: of "500 cajas de 2 kg" the boxes are counted, of "en caja de
    2 kg" nothing.
    """
    ends = set(units.values())
    ended = 0
    for place in range(len(said)):
        number = None if place in taken or place < ended else number_at(said, text, place)
        if not number or number.is_marked or number.last not in units:
            continue
        inside = place - 1 in ends and said[place - 1].key in _LINKS
        ended = units[number.last]
        if not inside:
            yield place, ended


def _after(said: Sequence[Token], text: str, word: Match) -> Number | None:
    for place in range(word.last, min(word.last + _REACH, len(said))):
        if _STOP.search(text, said[word.last - 1].end, said[place].start):
            return None
        if number := number_at(said, text, place):
            return number
        if said[place].key not in _LINKS:
            return None
    return None


def _before(said: Sequence[Token], text: str, word: Match) -> Number | None:
    for place in range(word.first - 1, max(-1, word.first - 1 - 2 * _REACH), -1):
        number = number_at(said, text, place)
        if number and (number.is_marked or not number.is_written):
            between = said[number.last : word.first]
            apart = _STOP.search(text, said[number.last - 1].end, said[word.first].start)
            joined = not apart and all(it.key in _LINKS for it in between)
            return number if joined else None
    return None


def _is_free(said: Sequence[Token], number: Number, units: Collection[str]) -> bool:
    following = said[number.last : number.last + 1]
    return number.is_marked or not (following and following[0].key in units)
