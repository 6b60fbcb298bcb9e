"""Streets, blocks and buildings, up to where the request goes on. Cities stay."""

import re
from collections.abc import Iterable, Iterator
from functools import partial

from conversations.anonymise.gate import Gate, Rule
from conversations.anonymise.gazetteer import is_common
from conversations.anonymise.spans import ADDRESS, Span, apart
from conversations.anonymise.view import View
from conversations.anonymise.vocabulary import VOCABULARY, WORD, fold, one_of

_HEADS = VOCABULARY["address"]
_GATE = Gate(_HEADS)
# A house's number, not an amount, a size or a percentage.
_UNIT = (
    r"(?:kg|kilos?|lb|libras?|cajas?|ton|tm|pesos|usd|cop|dias|unidades|contenedor(?:es)?|anos|años"
    r"|d[ií]as|meses|horas?|hrs?|am|pm|d[oó]lares)\b"
)
_NO_AMOUNT = rf"(?![\d%/]|[.,]\d|[ ]?%|[ ]?/[ ]?\d|[ ]?{_UNIT})"
_UNNUMBERED = r"(?:s/n|sin[ ]n[uú]mero)\b"
_NUMBER = (
    rf"(?:{_UNNUMBERED}|(?:[nseo]e?\d{{1,3}}[a-z]?-)?\d{{1,5}}(?:[a-z]\b|[ ][b-dfh]\b)?(?:-\d{{1,4}})?"
    rf"{_NO_AMOUNT})"
)
_SIGN = r"(?:n[°º]|nro\.?|num\.?|n[uú]mero|no\.|#)"
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
_CAPITAL = rf"(?!{_NO_NAME})(?-i:[A-ZÁÉÍÓÚÜÑ])(?:[^\W\d_]{{0,2}}\.|(?:[^\W\d_]|['´])*)(?!\d)"
_SMALL = r"(?:(?:de|del|la|las|los|el|san|santa|d['´])[ ]?\b)"
_PROPER = rf"{_SMALL}{{0,2}}{_CAPITAL}(?:[ ]{_SMALL}{{0,2}}{_CAPITAL}){{0,4}}"
_LOWER = r"(?!(?:mas|muy|esta|que|donde|cerrada)\b)[^\W\d_]{2,30}(?:[ ][^\W\d_]{2,30}){0,3}"
_MONTH = (
    r"(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre)"
)
_DATE = rf"\d{{1,2}}[ ]de[ ]{_MONTH}"
_STREET = one_of(
    *(r"calles?", r"cll", r"cl", r"avd?a?", r"ave", r"avenid[ao]", "carrera", "carretera", "ctra"),
    *(r"cra", r"kra?", r"cr", "diagonal", r"diag", "transversal", r"transv", "travesia"),
    *("traves[ií]a", r"tv", "pasaje", r"psje?", "pje", r"jir[oó]n", r"jr", "autopista", "paseo"),
    *("plaza", r"pza", "ronda", "camino", r"blvd", "boulevard", "bulevar", r"malec[oó]n", "rambla"),
    *(r"callej[oó]n", r"prolongaci[oó]n", "glorieta", "cuesta", "costanera", "gran[ ]v[ií]a"),
    *("calzada", "perif[eé]rico", "circunvalaci[oó]n", "vereda", "alameda", "c/"),
)
_KIND = rf"{_STREET}\b\.?[ ]{{1,2}}(?:{_STREET}\b\.?[ ])?"
# Carrera 7 # 71-21, calle 50 sur 12-34, cra 43A # 18 sur - 135.
_SIDE = r"(?:[ ](?:sur|norte|este|oeste))?"
_GRID = (
    rf"\d{{1,3}}[ ]?[a-z]?(?:[ ]?bis)?{_SIDE}[ ]?"
    rf"(?:{_SIGN}[ ]?\d{{1,3}}[ ]?[a-z]?{_SIDE}(?:[ ]?-[ ]?\d{{1,3}})?|\d{{1,3}}[a-z]?-\d{{1,3}})(?!\d)"
)
_ORDINAL = r"\d{1,2}(?:er|ra|do|da|ro|to|ta|mo|ma|vo|va|no|na|[ºª°])\b\.?"
_WHERE = one_of(
    rf"{_DATE}{_AND_NUMBER}?",
    _GRID,
    rf"{_PROPER}{_AND_NUMBER}?",
    rf"{_LOWER}{_AND_NUMBER}",
    rf"{_SIGN}[ ]?{_NUMBER}",
    rf"\d{{1,3}}[a-z]?(?=[ ](?:y|con|entre)[ ](?:{_STREET}\b|\d))",
)
_BLOCK = (
    r"(?:mz|mza|manzana)\.?[ -]?[a-z\d-]{1,5}[ ,.]{1,3}"
    r"(?:villa|vlla|v|solar|sl|lote|lt|casa|bloque)\.?[ -]?\d{1,4}\b"
)
_PART = rf"{one_of(*_PARTS)}\b\.?[ ]?(?:{_SIGN}[ ]?)?" + one_of(
    rf"\d{{1,4}}(?:-\d{{1,4}})?[a-z]?\b{_NO_AMOUNT}(?:[ ]?[\"“][a-z\d]{{1,2}}[\"”])?",
    r"[\"“]?(?-i:[A-Z]{1,2}\d{0,3})\b[\"”]?",
    _PROPER,
)
_AREA = (
    r"(?:urb|urbanizaci[oó]n|cdla|ciudadela|barrio|colonia|col|residencial|recinto|reparto"
    r"|fracc(?:ionamiento)?|lotizaci[oó]n|condominio|conjunto residencial)\b\.?[ ]"
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
_KM = r"(?:km|kil[oó]metro)\.?[ ]?\d{1,3}(?:[.,]\d{1,3}|[ ]1/2|½)?"
_ROAD = one_of(
    rf"{_KM}[ ](?:de[ ](?:la[ ])?)?(?:v[ií]a|carretera|autopista)"
    rf"(?:[ ]a(?:[ ]la)?[ ][^\W\d_]{{3,30}}|[ ]{_PROPER})?",
    rf"v[ií]a[ ](?:a[ ](?:la[ ])?)?[^\W\d_]{{3,30}}(?:[ ]-[ ]?[^\W\d_]{{3,30}})?[ ,]{{1,2}}{_KM}",
)
# Where streets have no names: 200 metros al sur de la iglesia.
_STEP = r"\d{2,3}[ ]?(?:m|mts?|metros|varas)\.?[ ](?:al[ ])?(?:norte|sur|este|oeste)\b"
_STEPS = rf"{_STEP}(?:(?:[ ]y|,)[ ]{_STEP}){{0,3}}(?:[ ]de(?:l|[ ]la|[ ]el)?[ ][^\W\d_]{{3,30}}(?:[ ]{_PROPER})?)?"
_CROSS = rf"(?:(?:{_STREET}\b\.?[ ])?(?:{_DATE}|{_ORDINAL}(?:[ ]anillo)?|{_PROPER})|{_STREET}\b\.?[ ]\d{{1,3}}[a-z]?\b)"
_CORNER = rf"[ ](?:y|e|entre|esquina|esq\.?|con)[ ]{_CROSS}(?:[ ]y[ ]{_CROSS})?{_AND_NUMBER}?"
_HEAD = one_of(
    rf"{_KIND}{_WHERE}",
    rf"c/[ ]?{_PROPER}{_AND_NUMBER}?",
    _BLOCK,
    _AREA,
    _HOUSING,
    _ROAD,
    rf"edif(?:icio|\.)?[ ]{_PROPER}(?=[ ,;.-]{{1,3}}{_PART})",
    r"(?:c\.?p\.?|c[oó]digo[ ]postal)[ :]{1,3}\d{4,6}\b",
    r"(?:apartado|casilla|p\.?o\.?[ ]box)(?:[ ]de[ ]correos|[ ]postal)?[ ]\d{1,5}\b",
)
_LAST = r"(?=[ ]*(?:[.,;)\n]|$))"
_TAIL = one_of(
    rf"[ ,;.-]{{1,3}}{one_of(_BLOCK, _PART, _AREA)}",
    _CORNER,
    rf"[ ,-]{{1,3}}{_SIGN}[ ]?{_NUMBER}",
    rf"[ ,.-]{{1,3}}{_ORDINAL}(?:[ ](?:piso|nivel|etapa|anillo|planta)\b|[ ]?(?:izq|izda|dcha|der)\w*\.?|[ ]?[a-h]\b)?",
    r"[ ,.-]{1,3}(?:p-?)?\d{1,2}[ ]?[a-h]\b(?![ ]?\d)",
    rf"[ ,.]{{1,2}}\d{{1,2}}(?:,[ ]?\d{{1,2}})?{_LAST}",
    rf"[ ,]{{1,3}}(?-i:[A-H]){_LAST}",
    rf"[ ,]{{1,3}}(?:bajo|esq\.?|esquina)(?:[ ][a-h]\b)?{_LAST}",
    rf"[ ,]{{1,2}}{_UNNUMBERED}",
    r"[ ,]{1,2}km\.?[ ]?\d{1,3}(?:[.,]\d{1,3})?\b",
    r",[ ]\d{5}(?=[ ](?-i:[A-Z]))",
)
_ADDRESS = re.compile(rf"(?<![\w.]){_HEAD}(?:{_TAIL}){{0,8}}", re.IGNORECASE)
# An address that is announced needs no kind of street: "Domicilio: Belgrano 1177, 2º B".
_PLAIN = rf"(?:{_KIND})?(?:{_PROPER}|{_LOWER}){_AND_NUMBER}(?:{_TAIL}){{0,8}}"
_VOUCHED = re.compile(
    r"\b(?:vivo en|dir(?:ecci[oó]n)?(?: es|:| de [a-z]+:?| fiscal:?)*|domicili(?:o|ad[oa] en)(?: es|:| en)?)"
    r"[ :]{0,2}(?:la |el )?"
    rf"({_KIND}(?!(?:y|con|de[ ]entrega)\b){_SMALL}{{0,2}}[^\W\d_]{{3,30}}(?![^\W_])(?:{_TAIL}){{0,4}}"
    rf"|(?:conjunto|coop|cooperativa)\b\.?[ ]{_PROPER}|{_PLAIN})",
    re.IGNORECASE,
)
_NAMELESS = re.compile(_STEPS, re.IGNORECASE)
# Small letters and no number: a street where its name is no word of everyday.
_SAID = re.compile(
    r"(?:calle|av|avenida|avda|pasaje|jir[oó]n|jr|malec[oó]n|cdla|ciudadela|barrio|urb)\b\.?[ ]"
    rf"{_SMALL}{{0,2}}([^\W\d_]{{4,30}})\b(?:[ ](?:y|e)[ ]([^\W\d_]{{4,30}})\b)?(?:{_TAIL}){{0,8}}",
    re.IGNORECASE,
)
_DIRECTIONS = frozenset({"vivo", "direccion", "dir", "domicilio", "domiciliado", "domiciliada"})
_DISTANCES = frozenset({"norte", "sur", "este", "oeste"})


def _find(view: View) -> list[Span]:
    """Return the addresses in the view, in order."""
    spans = _without_kept(view, map(partial(_trimmed, view.text), _matches(view)))
    return apart(Span(start, end, ADDRESS) for start, end in spans)


def _matches(view: View) -> Iterator[tuple[int, int]]:
    """Try the words that an address begins with, each where it stands."""
    text, seen = view.text, set()
    done = 0
    for word in WORD.finditer(view.folded):
        if word[0] not in _HEADS:
            continue
        seen.add(word[0])
        if word.start() < done:
            continue
        if match := _ADDRESS.match(text, word.start()) or _said(view, word.start()):
            done = match.end()
            yield match.span()
    if not _DIRECTIONS.isdisjoint(seen):
        yield from (match.span(1) for match in _VOUCHED.finditer(text))
    if not _DISTANCES.isdisjoint(seen):
        yield from (match.span() for match in _NAMELESS.finditer(text))


def _said(view: View, place: int) -> re.Match[str] | None:
    match = _SAID.match(view.text, place)
    if match is None or any(is_common(fold(name)) for name in match.groups() if name):
        return None
    return match


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


RULES = (Rule(_GATE, _find),)
