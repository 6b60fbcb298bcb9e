"""Telephones, identities and accounts written in digits, or telephones dictated in words."""

import re
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from conversations.anonymise import checks, dictated
from conversations.anonymise.kept import Kept
from conversations.anonymise.spans import ACCOUNT, BARRIER, ID, PHONE, Span, apart
from conversations.anonymise.vocabulary import fold
from conversations.anonymise.words import HARMLESS, meaning_after, meaning_before

# A run: six digits or more with at most three separators between two of them. Commas and slashes
# end a run: they stand between numbers, or between the ends of a size (16/20).
_RUN = re.compile(r"[+(]{0,2}\d(?:[ \t.\-()*_·•]{0,3}\d){5,}")
_GROUP = re.compile(r"\d+")
_NOT_PERSONAL = re.compile(
    r"(?<![\d.-])(?:"
    r"(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|1[0-2])[-/.](?:(?:19|20)\d\d|\d\d)"
    r"|(?:19|20)\d\d[-/.](?:0[1-9]|1[0-2])[-/.](?:0[1-9]|[12]\d|3[01])"
    r"|\d{3}-\d{3}-\d{9}|[1-9]\d?[-/]\d\d(?:[ \t]{1,3}[1-9]\d?[-/]\d\d){1,30}"
    r")(?![-/.]?\d)"
    r"|[$€][ \t]?(?:\d{1,3}(?:[ .,]\d{3}){1,4}|\d{1,12}(?:[.,]\d{1,2})?)(?!\d)"
)
_UNIT = re.compile(
    r"[ \t]?(?:%|°|kgs?\b|kilos?\b|kilogramos?\b|lbs?\b|libras?\b|gr?\b|gramos?\b|ton\b|tm\b"
    r"|toneladas?\b|cajas?\b|cartones\b|masters?\b|unidades\b|und\b|piezas\b|bolsas\b|pallets?\b"
    r"|contenedor(?:es)?\b|pesos\b|cop\b|usd\b|clp\b|mxn\b|ars\b|eur(?:os)?\b|d[oó]lares\b|soles\b"
    r"|bs\b|bol[ií]vares\b|guaran[ií]es\b|millones\b|mil\b|litros?\b|metros\b|m2\b|d[ií]as\b"
    r"|gb\b|mb\b|[/x]\s?\d)",
    re.IGNORECASE,
)
_GLUED = re.compile(r"(?:tel|telf|tlf|cel|celu|celular|wa|wsp|wpp|whatsapp|fono|telefono)$")
_LINK = re.compile(r"(?:[ ]?[,/;|-][ ]?|[ ](?:y|o|y/o|or|and)[ ])")
_LINKED = re.compile(
    rf"([{BARRIER[PHONE]}{BARRIER[ID]}{BARRIER[ACCOUNT]}]){_LINK.pattern}[+(]{{0,2}}$"
)
_OF_BARRIER = {char: label for label, char in BARRIER.items()}
_DIGITS = {PHONE: (7, 15), ID: (6, 14), ACCOUNT: (7, 24)}
_MOST_GROUPS = 14
_STANDS_ALONE = 9
# 09 91 23 45 67, and no row of sizes: sizes never begin with a 0.
_PAIRS = "22222"


class Window(NamedTuple):
    """Neighbouring groups of digits, tried as one number."""

    start: int
    end: int
    digits: str
    shape: str


def _plausible_shapes() -> frozenset[str]:
    """Ways of grouping 9 to 15 digits that people use for one number, as lengths of the groups.

    Pairs alone are left out: sizes are written so (16-20 21-25 26-30).
    """
    shapes = {"".join(lengths) for n in (2, 3, 4, 5) for lengths in product("123456789", repeat=n)}
    shapes = {s for s in shapes if 9 <= sum(map(int, s)) <= 13 and s != "2" * len(s)}
    lengths = "0123456789abcdefghijklmn"
    cards = {"4444", "465", "464"}
    return frozenset(
        shapes | cards | set(lengths[9:]) | set(checks.SHAPES) | {"1" * n for n in range(9, 14)}
    )


_SHAPES = _plausible_shapes()
_LENGTH = "0123456789abcdefghijklmnopqrstuvwxyz"


def find(view: str, words: frozenset[str], kept: Kept) -> list[Span]:
    """Return the numbers of a person in the view, in order."""
    found = list(dictated.find(view, words))
    if _RUN.search(view):
        found += _written(_hide_harmless(view), view)
    return apart(span for span in found if span[:2] not in kept)


def _hide_harmless(view: str) -> str:
    """Dates, amounts, invoice numbers and rows of sizes never take part in a number."""
    return _NOT_PERSONAL.sub(lambda m: "\ufffd" * len(m[0]), view)


def _written(bare: str, view: str) -> Iterator[Span]:
    last: Span | None = None
    for run in _RUN.finditer(bare):
        groups = list(_GROUP.finditer(bare, run.start(), run.end()))
        if _is_glued(view, groups[0].start()):
            continue
        for span in _numbers_of(view, groups, _meaning(view, groups, last)):
            last = span
            yield span


def _is_glued(view: str, start: int) -> bool:
    """Letters right before a number make it a code (MSCU1234567), unless they are a word."""
    if start == 0 or not (view[start - 1].isalnum() or view[start - 1] == "_"):
        return False
    before = view[max(0, start - 12) : start]
    return not (_GLUED.search(fold(before)) or before[-3:].islower())


def _meaning(view: str, groups: list[re.Match[str]], last: Span | None) -> str | None:
    """What the words say: before it, after it, or of the number it is listed with."""
    start = groups[0].start()
    if meaning := meaning_before(view, start):
        return meaning
    if len(groups[0][0]) >= _DIGITS[PHONE][0]:
        if last and start - last.end < 8 and _LINK.fullmatch(view[last.end : start].rstrip("+(")):
            return last.label
        if linked := _LINKED.search(view[max(0, start - 8) : start]):
            return _OF_BARRIER[linked[1]]
    return meaning_after(view, groups[-1].end())


def _numbers_of(view: str, groups: list[re.Match[str]], meaning: str | None) -> list[Span]:
    """Split a run into numbers; where words announce one and none passes, it is mistyped."""
    found = list(_checked(view, groups, meaning))
    if not found and meaning in _DIGITS and (window := _mistyped(view, groups, meaning)):
        found = [_span(view, window, meaning)]
    return found


def _checked(view: str, groups: list[re.Match[str]], meaning: str | None) -> Iterator[Span]:
    """The numbers of a run that pass a check, longest first, and long ones that words announce."""
    place = 0
    if meaning is HARMLESS:
        place, meaning = _after_harmless(view, groups), None
    while place < len(groups):
        hit = _longest(view, groups, place, meaning) or _announced(groups, place, meaning)
        if hit is None:
            place += 1
            continue
        window, label, place = hit
        yield _span(view, window, label)
        if meaning and (place == len(groups) or len(groups[place][0]) != len(window.digits)):
            meaning = None


def _after_harmless(view: str, groups: list[re.Match[str]]) -> int:
    """An order number is its first long group, or all of a run written in short ones."""
    if view[groups[0].start() - 1] == "+" or _lengths(groups[:4]) == "4444":
        return 0
    if len(groups[0][0]) >= _DIGITS[PHONE][0]:
        return 1
    long = (at for at, group in enumerate(groups) if len(group[0]) >= _STANDS_ALONE)
    return next(long, len(groups))


def _announced(
    groups: list[re.Match[str]], place: int, meaning: str | None
) -> tuple[Window, str, int] | None:
    length = len(groups[place][0])
    if (
        meaning not in _DIGITS
        or _is_tied(groups, place)
        or length < _DIGITS[PHONE][0]
        or length > _DIGITS[meaning][1]
    ):
        return None
    end = place + 1
    while end < len(groups) and _glue(groups, end) == "-" and length + len(groups[end][0]) <= 24:
        length += len(groups[end][0])
        end += 1
    return _window(groups, place, end), meaning, end


def _longest(
    view: str, groups: list[re.Match[str]], place: int, meaning: str | None
) -> tuple[Window, str, int] | None:
    """Return the longest plausible window from ``place``, its label and the next place."""
    plus = view[max(0, groups[place].start() - 2) : groups[place].start()].strip("( ").endswith("+")
    shapes = _lengths(groups[place : place + _MOST_GROUPS])
    for size in range(len(shapes), 0, -1):
        shape, end = shapes[:size], place + size
        if not (plus or shape in _SHAPES or (shape == _PAIRS and groups[place][0][0] == "0")):
            continue
        if not _is_whole(groups, place, end):
            continue
        window = _window(groups, place, end)
        if label := _judge(view, groups, window, end, plus=plus, announced=meaning is not None):
            return window, meaning or label, end
    return _typed_with_plus(groups, place) if plus else None


def _is_whole(groups: list[re.Match[str]], place: int, end: int) -> bool:
    """Whether no dot or dash ties the window to a digit outside: 1.[020.345.678] is no number."""
    if end - place == 1 and len(groups[place][0]) >= _STANDS_ALONE:
        return True
    return not _is_tied(groups, place) and not _is_tied(groups, end)


def _is_tied(groups: list[re.Match[str]], place: int) -> bool:
    if not 0 < place < len(groups):
        return False
    between = groups[place].string[groups[place - 1].end() : groups[place].start()]
    return between in {".", "-"}


def _judge(
    view: str,
    groups: list[re.Match[str]],
    window: Window,
    end: int,
    *,
    plus: bool,
    announced: bool,
) -> str | None:
    if plus:
        return PHONE if checks.is_international(window.digits) else None
    if not announced and (_UNIT.match(view, window.end) or _is_amount(window)):
        return None
    shape = window.shape
    if shape[-1] == "1" and len(shape) > 1 and _glue(groups, end - 1) != "-":
        shape = ""
    return checks.label_of(window.digits, shape)


def _is_amount(window: Window) -> bool:
    """600 000 000: thousands, and round."""
    return window.digits.endswith("000") and set(window.shape[1:]) == {"3"}


def _typed_with_plus(groups: list[re.Match[str]], place: int) -> tuple[Window, str, int] | None:
    """A plus sign announces a telephone; what follows is one even when it is mistyped."""
    end, total = place, 0
    while end < len(groups) and total + len(groups[end][0]) <= _DIGITS[PHONE][1] and total < 11:
        total += len(groups[end][0])
        end += 1
    return (_window(groups, place, end), PHONE, end) if total >= 8 else None


def _mistyped(view: str, groups: list[re.Match[str]], meaning: str) -> Window | None:
    """Groups in a row with the same separator, up to what such a number can have of digits."""
    least, most = _DIGITS[meaning]
    end, total = 0, 0
    while end < len(groups) and total + len(groups[end][0]) <= most:
        if end > 1 and _glue(groups, end) not in (_glue(groups, end - 1), "-", " ", ""):
            break
        total += len(groups[end][0])
        end += 1
    if end and end > 1 and _UNIT.match(view, groups[end - 1].end()):
        end -= 1
        total -= len(groups[end][0])
    return _window(groups, 0, end) if total >= least else None


def _window(groups: list[re.Match[str]], place: int, end: int) -> Window:
    chosen = groups[place:end]
    digits = "".join(group[0] for group in chosen)
    return Window(chosen[0].start(), chosen[-1].end(), digits, _lengths(chosen))


def _lengths(groups: list[re.Match[str]]) -> str:
    return "".join(_LENGTH[min(len(group[0]), 35)] for group in groups)


def _glue(groups: list[re.Match[str]], place: int) -> str:
    """What stands between a group and the one before it."""
    return groups[place].string[groups[place - 1].end() : groups[place].start()].strip()


def _span(view: str, window: Window, label: str) -> Span:
    """Take the opening bracket and the plus sign along."""
    start = window.start
    for _ in range(2):
        bracket = view[start - 1 : start] == "(" and ")" in view[start : window.end]
        if bracket or view[start - 1 : start] == "+":
            start -= 1
    return Span(start, window.end, label)
