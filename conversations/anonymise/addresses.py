"""Streets, blocks and buildings, up to where the request goes on. Cities stay."""

import re
from collections.abc import Iterable, Iterator

from conversations.anonymise.kept import Kept
from conversations.anonymise.spans import ADDRESS, Span, apart
from conversations.anonymise.vocabulary import VOCABULARY, one_of

_GATE = VOCABULARY["address"]
# A house's number, not an amount, a size or a percentage.
_UNIT = (
    r"(?:kg|kilos?|lb|libras?|cajas?|ton|tm|pesos|usd|cop|dias|unidades|contenedor(?:es)?|anos)\b"
)
_NUMBER = (
    r"(?:[nseo]\d{1,3}[a-z]?-)?\d{1,5}(?:[a-z]\b|[ ][b-dfh]\b)?(?:-\d{1,4})?"
    rf"(?![\d%/]|[.,]\d|[ ]?%|[ ]?/|[ ]?{_UNIT})"
)
_SIGN = r"(?:n[°º]|nro\.?|num\.?|numero|no\.|#)"
_AND_NUMBER = rf"(?:[ ,]{{1,2}}(?:{_SIGN}[ ]?)?{_NUMBER})"
_PARTS = (
    *("edif", "edificio", "edf", "torre", "bloque", "blq", "piso", "dpto", "depto"),
    *("departamento", "dept", "apto", "apartamento", "oficina", "of", "ofi", "casa", "mz", "mza"),
    *("manzana", "villa", "solar", "lote", "sl", "lt", "local", "interior", "int", "etapa"),
    *("puerta", "escalera"),
)
# A name is told by its capitals: the rest of these expressions ignore case.
_REQUEST = one_of(*sorted(VOCABULARY["not_names"]))
_NO_NAME = rf"{one_of(*_PARTS, 'urb', 'km')}\b\.?[ ]?[\d#]|{_REQUEST}\b"
_CAPITAL = rf"(?!{_NO_NAME})(?-i:[A-ZÁÉÍÓÚÜÑ])(?:[^\W\d_]{{0,2}}\.|(?:[^\W\d_]|')*)(?!\d)"
_SMALL = r"(?:(?:de|del|la|las|los|el|san|santa)[ ])"
_PROPER = rf"{_SMALL}{{0,2}}{_CAPITAL}(?:[ ]{_SMALL}{{0,2}}{_CAPITAL}){{0,3}}"
_LOWER = r"(?!(?:mas|muy|esta|que|donde|cerrada)\b)[^\W\d_]{2,30}(?:[ ][^\W\d_]{2,30}){0,3}"
_MONTH = (
    r"(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre)"
)
_DATE = rf"\d{{1,2}}[ ]de[ ]{_MONTH}"
_STREET = one_of(
    *(r"calles?", r"cll\.?", r"cl\.?", r"av\.?", r"avda\.?", r"ave\.?", "avenida", "carrera"),
    *(r"cra\.?", r"kra?\.?", r"cr\.?", "diagonal", r"diag\.?", "transversal", r"transv\.?"),
    *(r"tv\.?", "pasaje", r"psje\.?", r"jir[oó]n", r"jr\.?", "autopista", "paseo", "plaza"),
    *(r"pza\.?", "ronda", "camino", r"blvd\.?", "boulevard", "bulevar", r"malec[oó]n"),
    *(r"callej[oó]n", r"prolongaci[oó]n"),
)
# Carrera 7 # 71-21, calle 50 sur 12-34.
_GRID = (
    r"\d{1,3}[ ]?[a-z]?(?:[ ]?bis)?(?:[ ](?:sur|norte|este|oeste))?[ ]?"
    rf"(?:{_SIGN}[ ]?\d{{1,3}}[ ]?[a-z]?(?:[ ]?-[ ]?\d{{1,3}})?|\d{{1,3}}[a-z]?-\d{{1,3}})(?!\d)"
)
_WHERE = one_of(
    rf"{_DATE}{_AND_NUMBER}?",
    _GRID,
    rf"{_PROPER}{_AND_NUMBER}?",
    rf"{_LOWER}{_AND_NUMBER}",
    rf"{_SIGN}[ ]?{_NUMBER}",
)
_BLOCK = (
    r"(?:mz|mza|manzana)\.?[ ]?[a-z\d-]{1,5}[ ,]{1,2}"
    r"(?:villa|v|solar|sl|lote|lt|casa)\.?[ ]?\d{1,4}\b"
)
_PART = rf"{one_of(*_PARTS)}\b\.?[ ]?(?:{_SIGN}[ ]?)?" + one_of(
    r"\d{1,4}[a-z]?\b(?!%|[ ]?/|[ ]?(?:cajas?|kg)\b)", r"(?-i:[A-Z]{1,2}\d{0,3})\b", _PROPER
)
_AREA = (
    r"(?:urb|urbanizaci[oó]n|cdla|ciudadela|barrio|colonia|col|residencial|recinto)\b\.?[ ]"
) + one_of(
    _DATE,
    _PROPER,
    r"(?:el|la|los|las|san|santa)[ ][^\W\d_]{3,30}",
    r"[^\W\d_]{3,30}(?:[ ]\d[a-z]{1,3}[ ]etapa)?(?=[ ,]{1,2}(?:mz|mza|manzana|villa|etapa)\b)",
)
# One that saves or lends is no address: where a block or a house follows, it is.
_HOUSING = (
    rf"(?:conjunto|coop|cooperativa)\b\.?[ ](?:{_PROPER}|[^\W\d_]{{3,30}}(?:[ ][^\W\d_]{{3,30}})?)"
    rf"(?=[ ,;.-]{{1,3}}{one_of(_BLOCK, _PART)})"
)
_ROAD = (
    r"(?:km|kil[oó]metro)\.?[ ]?\d{1,3}(?:[.,]\d)?[ ](?:de[ ](?:la[ ])?)?"
    rf"(?:v[ií]a|carretera|autopista)(?:[ ]a(?:[ ]la)?[ ][^\W\d_]{{3,30}}|[ ]{_PROPER})?"
)
_CORNER = (
    r"[ ](?:y|e|entre|esquina|esq\.?|con)[ ]"
    rf"(?:{_STREET}[ ])?(?:{_DATE}|{_PROPER}){_AND_NUMBER}?"
)
_HEAD = one_of(
    rf"{_STREET}[ ]{{1,2}}{_WHERE}",
    rf"c/[ ]?{_PROPER}{_AND_NUMBER}",
    _BLOCK,
    _AREA,
    _HOUSING,
    _ROAD,
    rf"edif(?:icio|\.)?[ ]{_PROPER}(?=[ ,;.-]{{1,3}}{_PART})",
    r"(?:c\.?p\.?|c[oó]digo[ ]postal)[ :]{1,3}\d{4,6}\b",
)
_TAIL = one_of(
    rf"[ ,;.-]{{1,3}}{one_of(_BLOCK, _PART, _AREA)}",
    _CORNER,
    rf"[ ,-]{{1,3}}{_SIGN}[ ]?{_NUMBER}",
    r"[ ,]{1,3}\d{1,2}[ºª°][ ]?[a-h]?\b",
    r"[ ,]{1,2}km\.?[ ]?\d{1,3}\b",
    r",[ ]\d{5}(?=[ ](?-i:[A-Z]))",
)
_ADDRESS = re.compile(rf"(?<![\w.]){_HEAD}(?:{_TAIL}){{0,8}}", re.IGNORECASE)
# "Vivo en ..." vouches for a street in small letters and without a number.
_VOUCHED = re.compile(
    r"\b(?:vivo en|direcci[oó]n(?: es|:| de entrega:?)|domicilio(?: es|:)?)[ :]{0,2}(?:la |el )?"
    rf"({_STREET}[ ](?!(?:y|con|de[ ]entrega)\b){_SMALL}{{0,2}}[^\W\d_]{{3,30}}"
    rf"|(?:conjunto|coop|cooperativa)\b\.?[ ]{_PROPER})",
    re.IGNORECASE,
)


def find(view: str, words: frozenset[str], kept: Kept) -> list[Span]:
    """Return the addresses in the view, in order."""
    if _GATE.isdisjoint(words):
        return []
    found = (_trimmed(view, match.span()) for match in _ADDRESS.finditer(view))
    vouched = (match.span(1) for match in _VOUCHED.finditer(view))
    spans = _without_kept(view, [*found, *vouched], kept)
    return apart(Span(start, end, ADDRESS) for start, end in spans)


def _trimmed(view: str, span: tuple[int, int]) -> tuple[int, int]:
    start, end = span
    while view[end - 1] in " ,.;-":
        end -= 1
    return start, end


def _without_kept(
    view: str, spans: Iterable[tuple[int, int]], kept: Kept
) -> Iterator[tuple[int, int]]:
    """Drop "Av HLSO": an address whose name is a term of the catalogue."""
    for start, end in spans:
        kind = view[start:end].partition(" ")[0]
        if (start, end) not in kept and (start + len(kind), end) not in kept:
            yield start, end
