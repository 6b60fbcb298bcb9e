"""Streets, blocks and buildings, up to where the request goes on. Cities stay."""

import re
from collections.abc import Iterable, Iterator
from functools import partial

from conversations.anonymise import streets
from conversations.anonymise.gate import Gate, Rule
from conversations.anonymise.gazetteer import is_common
from conversations.anonymise.spans import ADDRESS, Span, apart
from conversations.anonymise.view import View
from conversations.anonymise.vocabulary import VOCABULARY, fold

_HEADS = VOCABULARY["address"]
_BLOCKS = frozenset({"mz", "mza", "manzana", "coop", "cooperativa", "bloque", "etapa"})
_FLATS = frozenset({"piso", "dpto", "depto", "apto", "apt", "apartamento", "departamento"})
_DIRECTIONS = frozenset(
    {"vivo", "direccion", "direcc", "direc", "dir", "domicilio", "domiciliado", "domiciliada"}
)
_NUMBER_FIRST = frozenset({"calle", "avenida", "av", "ave", "avenue", "street", "st", "road", "rd"})
_DISTANCES = frozenset({"norte", "sur", "este", "oeste"})
# Patterns that are worth a look only where one of these words stands.
_ELSEWHERE = (
    (_DIRECTIONS, streets.ANNOUNCED, 1),
    (_DIRECTIONS, streets.LABELLED, 1),
    (_NUMBER_FIRST, streets.NUMBER_FIRST, 0),
    (_DISTANCES, streets.NAMELESS, 0),
)
_REACH = 32


def _find(view: View) -> list[Span]:
    """Return the addresses in the view, in order."""
    spans = _without_kept(view, map(partial(_trimmed, view.text), _matches(view)))
    return apart(Span(start, end, ADDRESS) for start, end in spans)


def _matches(view: View) -> Iterator[tuple[int, int]]:
    """Try the words that an address begins with, each where it stands."""
    seen: set[str] = set()
    done = 0
    for place, word in view.places_of(_HEADS):
        seen.add(word)
        if place < done:
            continue
        if word in _FLATS and (flat := _before_flat(view.text, place)):
            yield flat
        if match := streets.ADDRESS.match(view.text, place) or _said(view, place):
            start, done = match.span()
            yield (_area_start(view, start) if word in _BLOCKS else start), done
    for words, pattern, group in _ELSEWHERE:
        if not words.isdisjoint(seen):
            yield from (match.span(group) for match in pattern.finditer(view.text))


def _said(view: View, place: int) -> re.Match[str] | None:
    """A street in small letters, where no word of its name is an everyday one."""
    for said in streets.SAID:
        match = said.match(view.text, place)
        if match and not any(map(is_common, fold(" ".join(filter(None, match.groups()))).split())):
            return match
    return None


def _area_start(view: View, start: int) -> int:
    """Where the area begins that a block follows ("Sauces 6, Mz 263"), if a name stands there."""
    area = streets.BEFORE_BLOCK.search(view.text, max(0, start - _REACH), start)
    return area.start() if area and not is_common(fold(area[1])) else start


def _before_flat(text: str, place: int) -> tuple[int, int] | None:
    """A street without its kind, told by the flat that follows: "San Martín 1203, depto 4"."""
    if not text[max(0, place - 4) : place].rstrip(" ,")[-2:].isdigit():
        return None
    street = streets.BEFORE_FLAT.search(text, max(0, place - 2 * _REACH), place)
    flat = streets.FLAT.match(text, place)
    return (street.start(), flat.end()) if street and flat else None


def _trimmed(text: str, span: tuple[int, int]) -> tuple[int, int]:
    start, end = span
    while text[end - 1] in " ,.;-":
        end -= 1
    return start, end


def _without_kept(view: View, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Drop "Av HLSO": an address whose name is a term of the catalogue."""
    for start, end in spans:
        kind = view.text[start:end].partition(" ")[0]
        if not view.keeps(start, end) and not view.keeps(start + len(kind), end):
            yield start, end


RULES = (Rule(Gate(_HEADS), _find),)
