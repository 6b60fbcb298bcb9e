"""Streets, blocks and buildings, up to where the request goes on. Cities stay."""

import re
from collections.abc import Iterator

from conversations.anonymise import streets
from conversations.anonymise.gate import Gate, Rule
from conversations.anonymise.gazetteer import ONLY_GIVEN
from conversations.anonymise.rows import CITIES, DELIVERS, PLACES, SENDS, TELLING, Row, row_of
from conversations.anonymise.spans import ADDRESS, Span, apart
from conversations.anonymise.view import View
from conversations.anonymise.vocabulary import WORD, any_word, one_of

_BEFORE, _AFTER = 12, 1
_NEAR = 24
_CITY = re.compile(r",?[ ](?:en[ ])?([a-zñ]{4,20})\b")
# Where no kind of street stands before a house, a corner, a flat, a city or a postcode follows.
_AT_CORNER = r"[a-z]? (?:y|e|entre|esq|esquina|casi|con) [a-zñ0-9]"
_ON_FLOOR = (
    rf",? {one_of('pb', 'bajo', 'alto', '[0-9]{1,2} ?(?:[ºª°]|[a-h]|er|r[ao]|d[ao]|t[ao])')}"
)
_POSTCODE = r"[ ,.-]{1,3}[0-9]{5} [a-z]"
_IN_CITY = rf",? (?:en )?{any_word(CITIES)}\b"
_PARTS = r",? (?:int|of|local|nivel|lote|planta|bloque|apt)\.? ?\d"
_WAY = r"(?: [a-z]{1,7}\.?)?(?: al?)? (?:norte|sur|este|oeste|lago|arriba|abajo)"
_NUMBERED = rf"[0-9](?:{_AT_CORNER}|{_ON_FLOOR}|{_POSTCODE}|{_IN_CITY}|{_PARTS}|{_WAY})"
# After a verb of sending, a house; without a number, a corner ("mándalo a Colón y Sucre").
_SENT = rf"{DELIVERS.pattern}(?:[^\n]{{0,48}}[a-z] (?:al |n[°ºr]?o?\.? ?|# ?)?[0-9]{{2,5}})"
_SENT_IT = rf"{SENDS}lo\b"
_GATE = Gate(TELLING, (_SENT, _SENT_IT, _NUMBERED, r"s/n", r"\bc/"))
_STREETS = PLACES["K"] | PLACES["A"] | PLACES["I"] | PLACES["L"]
_DIGIT = re.compile(r"\d|s/n")


def _find(view: View) -> list[Span]:
    """Return the addresses in the view, in order."""
    if not _may_hold_one(view):
        return []
    row = row_of(view.text)
    spans = [_placed(view.text, row, *span) for span in _matches(view, row)]
    return apart(
        Span(start, end, ADDRESS)
        for start, end in spans
        if not view.keeps(start, end) and not _is_kept_street(view, start, end)
    )


def _may_hold_one(view: View) -> bool:
    """Without a number, only the name of a street or of its corner is one."""
    return bool(
        _DIGIT.search(view.folded)
        or not _STREETS.isdisjoint(view.words)
        or ((verb := DELIVERS.search(view.folded)) and verb[0].endswith("lo"))
    )


def _matches(view: View, row: Row) -> Iterator[tuple[int, int]]:
    """Try every head in the row; of what is no address, only the first word is passed over."""
    letters, place = row.letters, 0
    while match := streets.ADDRESS.search(letters, place):
        start, end = match.span()
        before = letters[max(0, start - _BEFORE) : start]
        kind = match.lastgroup or ""
        after = letters[end : end + _AFTER]
        accepted = streets.is_address(kind, match[0], before, after)
        if kind == "corner":
            accepted = accepted and not _is_between_cities(view, row, start, end)
        elif kind == "bare":
            accepted = accepted or _is_in_city(view, row, end)
        if accepted:
            place = end
            yield _without_city(view, row, match), _before_city(view, row, match)
        else:
            place = start + 1


def _is_between_cities(view: View, row: Row, start: int, end: int) -> bool:
    """ "Llegan a Loja y Zamora", "queda entre Ana y Luis": cities and people make no corner."""
    said = set(_said(view, row, start, end)) - PLACES["l"] - PLACES["y"]
    return said <= CITIES | ONLY_GIVEN


def _is_in_city(view: View, row: Row, end: int) -> bool:
    """ "Thames 1544, Rosario": a house number that a city follows."""
    after = view.folded[row.places[end - 1][1] :][:_NEAR]
    return (city := _CITY.match(after)) is not None and city[1] in CITIES


def _without_city(view: View, row: Row, match: re.Match[str]) -> int:
    """Where an address begins, after the city that may be named before the street."""
    for group in ("town", "near", "by", "beside"):
        if match[group] and not CITIES.isdisjoint(_said(view, row, *match.span(group))):
            return match.end(group)
    start = match.start()
    quarter = streets.QUARTER.search(f".{row.letters}"[max(0, start - _BEFORE) : start + 1])
    length = len(quarter[0]) if quarter and match[0][0] not in "elr" else 0
    if length and CITIES.isdisjoint(_said(view, row, start - length, start)):
        return start - length
    return start


def _before_city(view: View, row: Row, match: re.Match[str]) -> int:
    """Where an address ends: a name after its last comma is its quarter, or a city, which stays."""
    start, end = match.span()
    last = row.letters.rfind(",", start, end)
    if last > start and not set(row.letters[last:end]) - set(",elCwM"):
        names = _said(view, row, last, end)
        return last if not CITIES.isdisjoint(names) else end
    return end


def _said(view: View, row: Row, start: int, end: int) -> list[str]:
    return WORD.findall(view.folded[row.places[start][0] : row.places[end - 1][1]])


def _placed(text: str, row: Row, start: int, end: int) -> tuple[int, int]:
    """Where a stretch of the row stands in the text; signs at its end are left out."""
    if row.letters[start] == "e" and not {"U", "d", "W"} & set(row.letters[start:end]):
        start += 1
    first, last = row.places[start][0], row.places[end - 1][1]
    while text[last - 1] in " ,.;:(-/":
        last -= 1
    return first, last


def _is_kept_street(view: View, start: int, end: int) -> bool:
    """ "Av HLSO": an address whose name is a term of the catalogue."""
    kind = view.text[start:end].partition(" ")[0]
    return view.keeps(start + len(kind), end)


RULES = (Rule(_GATE, _find),)
