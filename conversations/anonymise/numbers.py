"""Telephones, identities and accounts written in digits."""

import re
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from conversations.anonymise import checks, quantities
from conversations.anonymise.gate import Gate, Rule
from conversations.anonymise.spans import ACCOUNT, BARRIER, ID, NAME, PHONE, Span, apart
from conversations.anonymise.view import View
from conversations.anonymise.vocabulary import FIVE_DIGITS, fold
from conversations.anonymise.words import HARMLESS, Meaning, meaning_after, meaning_before

# A run: six digits or more with at most three separators between two of them. Commas and slashes
# end a run: they stand between numbers, or between the ends of a size (16/20).
_RUN = re.compile(r"\d(?:[ \t.\-()*_·•]{0,3}\d){5,}")
_SLASHED = re.compile(r"(?<![\d/])0?\d{2,3}/\d{3}/\d{3,4}(?![\d/])")
_GATE = Gate(patterns=(FIVE_DIGITS,))
_GROUP = re.compile(r"\d+")
_CHAT_LINK = re.compile(r"(?:https?://)?(?:www\.)?(?:wa\.me/|api\.whatsapp\.com/send\?phone=)\+?$")
_EXTENSION = re.compile(r",? (?:ext|extension|anexo)\.? ?\d{1,5}(?!\d)")
_COUNTRY = re.compile(r"(?<![^\W_])((?:cl|uy|sv|gt|py|ar|ec|pe|mx) )$")
_DEPARTMENT = re.compile(r"[ -](?:lp|sc|cbba?|ch|or|pt|tj|bn|pd)\b")
_GLUED = re.compile(r"(?:tel|telf|tlf|cel|celu|celular|wa|wsp|wpp|whatsapp|fono|telefono)$")
_LINK = re.compile(r"(?:[ ]?[,/;|-][ ]?|[?]?[ ](?:y|o|y/o|or|and)[ ])")
_LINKED = re.compile(
    rf"([{BARRIER[PHONE]}{BARRIER[ID]}{BARRIER[ACCOUNT]}]){_LINK.pattern}[+(]{{0,2}}$"
)
_NAMED = re.compile(rf"{BARRIER[NAME]}[ ,:;(\n-]{{1,3}}$")
_OF_BARRIER = {char: label for label, char in BARRIER.items()}
_DIGITS = {PHONE: (6, 15), ID: (6, 14), ACCOUNT: (7, 24)}
_LONG_GROUP = 7
# Cards, CLABE, CCC and CCI, CBU, IBAN without its letters.
_WHOLE_ACCOUNTS = frozenset({16, 18, 20, 22, 24})
_MOST_GROUPS = 14
_MOST_LONGER_GROUPS = 5
_SINGLE = "11111"
_STANDS_ALONE = 9
FAR_HARMLESS = Meaning(HARMLESS, near=False)
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


def _find(view: View) -> list[Span]:
    """Return the numbers of a person in the view, in order."""
    if not view.has_digits:
        return []
    bare = view.folded
    if "/" in bare:
        bare = _SLASHED.sub(lambda m: m[0].replace("/", "-"), bare)
    runs = list(_RUN.finditer(bare))
    if not all(run[0].isdigit() for run in runs) or "$" in bare or "€" in bare:
        bare = quantities.hidden(bare)
        runs = list(_RUN.finditer(bare))
    found = _written(view, runs)
    return apart([span for span in found if not view.keeps(*span[:2])])


def _written(view: View, runs: list[re.Match[str]]) -> Iterator[Span]:
    last: Span | None = None
    for run in runs:
        groups = list(_GROUP.finditer(run.string, run.start(), run.end()))
        if _is_glued(view.text, groups[0].start()):
            continue
        for span in _numbers_of(view.folded, groups, _meaning(view.folded, groups, last)):
            last = span
            yield span


def _is_glued(text: str, start: int) -> bool:
    """Letters right before a number make it a code (MSCU1234567), unless they are a word."""
    if start == 0 or not (text[start - 1].isalnum() or text[start - 1] == "_"):
        return False
    before = text[max(0, start - 12) : start]
    return not (_GLUED.search(fold(before)) or before[-3:].islower())


def _meaning(folded: str, groups: list[re.Match[str]], last: Span | None) -> Meaning | None:
    """What the words say: before it, after it, or of the number it is listed with."""
    start = groups[0].start()
    before = meaning_before(folded, start)
    if before and before.kind is not HARMLESS:
        return before
    if before is None and folded[start - 1] != "+" and _count(groups) >= _LONG_GROUP:
        if last and start - last.end < 8 and _LINK.fullmatch(folded[last.end : start].rstrip("+(")):
            return Meaning(last.label)
        if linked := _LINKED.search(folded[max(0, start - 8) : start]):
            return Meaning(_OF_BARRIER[linked[1]])
        if len(groups[0][0]) >= _STANDS_ALONE and _NAMED.search(folded, max(0, start - 4), start):
            return Meaning(ID)
    end = groups[-1].end()
    if before and not folded.startswith(" es ", end):
        return before
    return meaning_after(folded, end) or before


def _count(groups: list[re.Match[str]]) -> int:
    return sum([len(group[0]) for group in groups])


def _numbers_of(folded: str, groups: list[re.Match[str]], meaning: Meaning | None) -> list[Span]:
    """Split a run into numbers; where words announce one and none passes, it is mistyped."""
    kind = meaning.kind if meaning else None
    if meaning == FAR_HARMLESS and _is_plainly_phone(folded, groups):
        kind = None
    if len(groups) == 1 and kind in _DIGITS and (alone := _announced(groups, 0, kind)):
        return [_span(folded, alone[0], kind)]  # no check could say more than the word did
    return list(_checked(folded, groups, kind))


def _is_plainly_phone(folded: str, groups: list[re.Match[str]]) -> bool:
    """Written as only telephones are: +, in groups, or a local mobile."""
    first = groups[0]
    return len(groups) > 1 or folded[first.start() - 1] == "+" or checks.is_mobile(first[0])


def _checked(folded: str, groups: list[re.Match[str]], meaning: str | None) -> Iterator[Span]:
    """The numbers of a run that pass a check, longest first, and long ones that words announce."""
    place = after = 0
    if meaning is HARMLESS:
        place, meaning = _after_harmless(folded, groups), None
    while place < len(groups):
        inside = place > after and len(groups[place - 1][0]) == 1
        hit = _longest(folded, groups, place, meaning, inside=inside)
        if meaning in _DIGITS and (hit is None or hit[1] != meaning):
            hit = _announced(groups, place, meaning) or (
                _mistyped(folded, groups, meaning) if place == 0 else hit
            )
        if hit is None:
            place = _after_singles(groups, place)
            continue
        if meaning in _DIGITS or (hit[2] == len(groups) - 1 and _ends_clause(folded, groups[-1])):
            hit = _to_its_end(folded, groups, place, hit)
        window, label, place = hit
        after = place
        yield _span(folded, window, meaning or label)
        if meaning and (place == len(groups) or len(groups[place][0]) != len(window.digits)):
            meaning = None


def _to_its_end(
    folded: str, groups: list[re.Match[str]], place: int, hit: tuple[Window, str, int]
) -> tuple[Window, str, int]:
    """Take along a digit too many, or the rest of an account, written like what is before."""
    _, label, last = hit
    if last == len(groups):
        return hit
    end, total, whole = last, len(hit[0].digits), 0
    while end < len(groups) and total + len(groups[end][0]) <= _DIGITS[label][1]:
        total += len(groups[end][0])
        end += 1
        if label is ACCOUNT and total in _WHOLE_ACCOUNTS:
            whole = end
    signs = {_glue(groups, at) for at in range(place + 1, end)}
    is_rest = total - len(hit[0].digits) < _LONG_GROUP and last - place > 1 and len(signs) == 1
    if not whole and (not is_rest or quantities.UNIT.match(folded, groups[end - 1].end())):
        return hit
    return _window(groups, place, whole or end), label, whole or end


def _ends_clause(folded: str, group: re.Match[str]) -> bool:
    """One digit, and nothing that it could be a quantity of."""
    end = group.end()
    return len(group[0]) == 1 and folded[end : end + 1] in {"", ".", ",", ";", "\n", ")", "!", "?"}


def _after_singles(groups: list[re.Match[str]], place: int) -> int:
    """The next place to try: of a row of single digits, no number begins in its middle."""
    end = place
    while end < len(groups) and len(groups[end][0]) == 1:
        end += 1
    return max(place + 1, end - len(_SINGLE) + 1)


def _after_harmless(folded: str, groups: list[re.Match[str]]) -> int:
    """An order number is its first long group, or all of a run written in short ones."""
    if folded[groups[0].start() - 1] == "+" or _lengths(groups[:4]) == "4444":
        return 0
    if len(groups[0][0]) >= _LONG_GROUP:
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
        or length < _LONG_GROUP
        or length > _DIGITS[meaning][1]
        or (meaning is ACCOUNT and quantities.is_round(groups[place][0]))
    ):
        return None
    end = place + 1
    while end < len(groups) and _glue(groups, end) == "-" and length + len(groups[end][0]) <= 24:
        length += len(groups[end][0])
        end += 1
    return _window(groups, place, end), meaning, end


def _longest(
    folded: str, groups: list[re.Match[str]], place: int, meaning: str | None, *, inside: bool
) -> tuple[Window, str, int] | None:
    """Return the longest plausible window from ``place``, its label and the next place.

    ``inside``: a single digit stands before it that is of no number.
    """
    start, stop = groups[place].span()
    plus = folded[max(0, start - 2) : start].strip("( ").endswith("+")
    area = (
        folded[start - 1 : start] == "(" and folded[stop : stop + 1] == ")" and folded[start] == "0"
    )
    shapes = _lengths(groups[place : place + _MOST_GROUPS])
    if not shapes.startswith(_SINGLE):
        shapes = shapes[:_MOST_LONGER_GROUPS]
    elif inside or (meaning and len(groups) > _MOST_GROUPS):
        return None  # the middle of a row of single digits, or a whole row that is announced
    for size in range(len(shapes), 0, -1):
        shape, end = shapes[:size], place + size
        if not (plus or shape in _SHAPES or (shape == _PAIRS and groups[place][0][0] == "0")):
            continue
        if not _is_whole(groups, place, end, announced=meaning is not None):
            continue
        window = _window(groups, place, end, shape)
        if label := _judge(folded, groups, window, end, plus=plus, announced=meaning is not None):
            return window, label, end
    return _typed_with_plus(groups, place) if plus or (area and not meaning) else None


def _is_whole(groups: list[re.Match[str]], place: int, end: int, *, announced: bool) -> bool:
    """Whether no dot or dash ties the window to a digit outside: 1.[020.345.678] is no number."""
    if not announced and end - place == 1 and len(groups[place][0]) >= _STANDS_ALONE:
        return True
    return not _is_tied(groups, place) and not _is_tied(groups, end)


def _is_tied(groups: list[re.Match[str]], place: int) -> bool:
    if not 0 < place < len(groups):
        return False
    between = groups[place].string[groups[place - 1].end() : groups[place].start()]
    return between in {".", "-"} or (between == " - " and len(groups[place][0]) <= 2)


def _judge(
    folded: str,
    groups: list[re.Match[str]],
    window: Window,
    end: int,
    *,
    plus: bool,
    announced: bool,
) -> str | None:
    if plus:
        return PHONE if checks.is_international(window.digits) else None
    if not announced and (
        quantities.UNIT.match(folded, window.end)
        or quantities.is_amount(window.digits, window.shape)
        or quantities.is_row([group[0] for group in groups[end - len(window.shape) : end]])
    ):
        return None
    shape = window.shape
    if shape[-1] == "1" and len(shape) > 1 and _glue(groups, end - 1) != "-":
        shape = ""
    return checks.label_of(window.digits, shape)


def _typed_with_plus(groups: list[re.Match[str]], place: int) -> tuple[Window, str, int] | None:
    """A plus sign or "(04)" announces a telephone; it is one even when it is mistyped."""
    end, total = place, 0
    while end < len(groups) and total + len(groups[end][0]) <= _DIGITS[PHONE][1] and total < 11:
        total += len(groups[end][0])
        end += 1
    return (_window(groups, place, end), PHONE, end) if total >= 8 else None


def _mistyped(
    folded: str, groups: list[re.Match[str]], meaning: str
) -> tuple[Window, str, int] | None:
    """Groups in a row with the same separator, up to what such a number can have of digits."""
    least, most = _DIGITS[meaning]
    end, total = 0, 0
    while end < len(groups) and total + len(groups[end][0]) <= most:
        if end > 1 and _glue(groups, end) not in (_glue(groups, end - 1), "-", " ", ""):
            break
        total += len(groups[end][0])
        end += 1
    if end and end > 1 and quantities.UNIT.match(folded, groups[end - 1].end()):
        end -= 1
        total -= len(groups[end][0])
    return (_window(groups, 0, end), meaning, end) if total >= least else None


def _window(groups: list[re.Match[str]], place: int, end: int, shape: str = "") -> Window:
    chosen = groups[place:end]
    digits = "".join([group[0] for group in chosen])
    return Window(chosen[0].start(), chosen[-1].end(), digits, shape or _lengths(chosen))


def _lengths(groups: list[re.Match[str]]) -> str:
    return "".join([_LENGTH[min(len(group[0]), 35)] for group in groups])


def _glue(groups: list[re.Match[str]], place: int) -> str:
    """What stands between a group and the one before it."""
    return groups[place].string[groups[place - 1].end() : groups[place].start()].strip()


def _span(folded: str, window: Window, label: str) -> Span:
    """Take along the opening bracket, the plus sign, a link, an extension and more."""
    start, end = window[:2]
    while start and (folded[start - 1] == "+" or _opens(folded, start, end)):
        start -= 1
    if label is PHONE:
        if folded[start - 1 : start] in {"/", "="} and (
            link := _CHAT_LINK.search(folded, max(0, start - 40), start)
        ):
            start = link.start()
        if extension := _EXTENSION.match(folded, end):
            end = extension.end()
    elif label is ID:
        if country := _COUNTRY.search(folded, max(0, start - 4), start):
            start = country.start(1)
        if department := _DEPARTMENT.match(folded, end):
            end = department.end()
    return Span(start, end, label)


def _opens(folded: str, start: int, end: int) -> bool:
    return folded[start - 1] == "(" and ")" in folded[start:end]


RULES = (Rule(_GATE, _find),)
