"""What a street address looks like, put together from small parts.

All expressions ignore case; where a capital tells a name, ``(?-i:...)`` asks for one.
"""

import re

from conversations.anonymise.vocabulary import VOCABULARY, one_of

# A house's number, not an amount, a size or a percentage.
_UNIT = one_of(
    *("kg", "kilos?", "lb", "libras?", "cajas?", "ton", "tm", "pesos", "usd", "cop", "unidades"),
    *(
        "contenedor(?:es)?",
        "a[nñ]os",
        "d[ií]as",
        "meses",
        "horas?",
        "hrs?",
        "am",
        "pm",
        "d[oó]lares",
    ),
)
_NO_AMOUNT = rf"(?![^\W_]|[%/]|[.,]\d|[ ]?%|[ ]?/[ ]?\d|[ ]?{_UNIT}\b)"
UNNUMBERED = r"(?:s/?n|sin[ ]n[uú]mero)\b"
_WING = r"(?:[nseo]e?\d{1,3}[a-z]?-|[nseo]-)?"
_HOUSE = rf"{_WING}\d{{1,5}}(?:-?[a-z]\b|[ ][b-dfh]\b)?(?:-\d{{1,4}}){{0,2}}{_NO_AMOUNT}"
NUMBER = one_of(UNNUMBERED, _HOUSE)
SIGN = r"(?:n[°º]|nro\.?|num\.?|n[uú]mero|no\.|#)"
AND_NUMBER = rf"(?:[ ,]{{1,2}}(?:{SIGN}[ ]?)?{NUMBER})"
_PARTS = (
    *("edif", "edificio", "edf", "torre", "bloque", "blq", "piso", "dpto", "depto", "departamento"),
    *("dept", "apto", "apt", "apartamento", "oficina", "of", "ofi", "casa", "mz", "mza", "manzana"),
    *("villa", "solar", "lote", "sl", "lt", "local", "interior", "int", "etapa", "puerta"),
    *("escalera", "esc", "nave", "bodega", "nivel", "suite", "zona", "res", "residencias"),
    *("hacienda", "finca", "sector", "consultorio", "planta", "aa\\.?hh", "ofic", "modulo"),
    *("m[oó]dulo", "stand", "galp[oó]n", "sub ?lote", "supermanzana", "smz?a", "duplex", "depa"),
)
_PART_NAME = rf"{one_of(*_PARTS)}\b\.?"
# Words before a name that are no street yet: "Mcal. López", "Gral. Artigas".
_RANK = r"(?:(?:gral|mcal|cnel|pdte|pres|tte|cap|prof|ing|dra?|sta|sto|fco|alm|lic|av)\.[ ])"
_REQUEST = one_of(*sorted(VOCABULARY["not_names"]))
_NO_NAME = rf"{one_of(*_PARTS, 'urb', 'km')}\b\.?[ ]?[\d#]|{_REQUEST}\b(?!['´])"
_TOWARDS = r"(?-i:Norte|Sur|Este|Oeste|Oriente|Poniente)\b"
_CAPITAL = (
    rf"(?:{_TOWARDS}|(?!{_NO_NAME})(?-i:[A-ZÁÉÍÓÚÜÑ])"
    r"(?:[^\W\d_]{0,2}\.|(?:[^\W\d_]|['´])*)(?![\d°º/]))"
)
SMALL = r"(?:(?:de|del|la|las|los|el|san|santa|d['´])[ ]?\b)"
PROPER = rf"{_RANK}?{SMALL}{{0,2}}{_CAPITAL}(?:[ ]{SMALL}{{0,2}}{_CAPITAL}){{0,4}}"
LOWER = r"(?!(?:mas|muy|esta|que|donde|cerrada)\b)[^\W\d_]{2,30}(?:[ ][^\W\d_]{2,30}){0,3}"
_MONTH = one_of(
    *("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "sep?tiembre"),
    *("octubre", "noviembre", "diciembre"),
)
_DATE = rf"\d{{1,2}}[ ]de[ ]{_MONTH}\b"
STREET = one_of(
    *("calles?", "cll", "cl", "avd?a?", "ave", "avenid[ao]", "carrera", "carretera", "ctra"),
    *("cra", "kra?", "cr", "diagonal", "diag", "transversal", "transv", "traves[ií]a", "pasaje"),
    *("psje?", "pje", "jir[oó]n", "jr", "autopista", "paseo", "plaza", "pza", "ronda", "camino"),
    *("blvd", "bvar", "boulevard", "bulevar", "malec[oó]n", "rambla", "callej[oó]n"),
    *("prolongaci[oó]n", "glorieta", "costanera", "gran[ ]v[ií]a", "calzada", "calz", "priv"),
    *("privada", "perif[eé]rico", "circunvalaci[oó]n", "vereda", "alameda", "cda", "c/", "dg"),
    *("andador", "circuito", "libramiento", "psj", "carr", "autop", "trav"),
)
_STREET = rf"{STREET}\b\.?[ ]"
KIND = rf"{_STREET}[ ]?(?:{_STREET})?"
# Carrera 7 # 71-21, calle 50 sur 12-34, cra 43A # 18 sur - 135, diagonal 74 bis # 20 c 35 sur.
_SIDE = r"(?:[ ](?:sur|norte|este|oeste)\b)?"
_LETTER = r"(?:[a-z]{1,2}\b|[ ][a-z]\b)?"
_PLATE = rf"\d{{1,3}}{_LETTER}{_SIDE}(?:[ ]?-[ ]?\d{{1,3}}|[ ]\d{{1,3}}\b)?{_SIDE}"
_GRID = (
    rf"\d{{1,3}}{_LETTER}(?:[ ]?bis)?{_SIDE}[ ]?"
    rf"(?:{SIGN}[ ]?{_PLATE}|\d{{1,3}}[a-z]?-\d{{1,3}})(?![^\W_])"
)
_ORDINAL = r"\d{1,2}(?:(?:er|e?ra|do|da|ro|to|ta|mo|ma|vo|va|no|na)\b|\.?[ºª°])\.?"
_KM = r"(?:km|kil[oó]metro)\.?[ ]?\d{1,3}(?:[.,]\d{1,3}|[ ]1/2|½)?"
_WHERE = one_of(
    rf"{_DATE}{AND_NUMBER}?",
    _GRID,
    rf"{PROPER}{AND_NUMBER}?",
    rf"{LOWER}{AND_NUMBER}",
    rf"{LOWER}[ ,]{{1,2}}{_KM}",
    rf"{SIGN}[ ]?{NUMBER}",
    rf"\d{{1,3}}[a-z]?[ ](?:y|con)[ ]\d{{1,3}}[a-z]?\b{_NO_AMOUNT}",
    rf"\d{{1,3}}[a-z]?(?=[ ](?:y|con|entre)[ ](?:{STREET}\b|\d)|[ ,]{{1,3}}{_PART_NAME}[ ])",
)
_BLOCK = (
    r"(?:mz|mza|manzana)\.?[ -]?[a-z\d-]{1,5}[ ,.]{1,3}(?:[a-z]\d{1,3}[ ,]{1,2})?"
    r"(?:villa|vlla|v|solar|sl|lote|lt|casa|bloque)\.?[ -]?\d{1,4}\b"
)
_PART = rf"{_PART_NAME}[ ]?(?:{SIGN}[ ]?)?" + one_of(
    rf"\d{{1,4}}(?:-\d{{1,4}})?(?:-?[a-z])?\b{_NO_AMOUNT}(?:[ ]?[\"“][a-z\d]{{1,2}}[\"”])?",
    r"[\"“]?(?-i:[A-Z]{1,2}\d{0,3})\b[\"”]?",
    PROPER,
)
_AREA_NAME = one_of(
    *("urb", "urbanizaci[oó]n", "cdla", "ciudadela", "barrio", "colonia", "col", "residencial"),
    *("recinto", "reparto", "fracc", "fraccionamiento", "lotizaci[oó]n", "condominio"),
    *("conjunto[ ]residencial", "pol[ií]gono(?:[ ]industrial)?", "parque[ ]industrial"),
    *("zona[ ]franca", "asoc", "ensanche", "infonavit", "unidad[ ]habitacional"),
)
_AREA = rf"{_AREA_NAME}\b\.?[ ]" + one_of(
    _DATE,
    rf"{PROPER}(?:[ ]\d{{1,2}}{_NO_AMOUNT})?",
    r"(?:el|la|los|las|san|santa)[ ][^\W\d_]{3,30}",
    r"[^\W\d_]{3,30}(?:[ ][^\W\d_]{3,30}){0,2}?(?:[ ]\d[a-z]{1,3}[ ]etapa)?"
    r"(?=[ ,]{1,2}(?:mz|mza|manzana|villa|etapa)\b)",
)
# One that saves or lends is no address: where a block or a house follows, it is.
_HOUSING = (
    rf"(?:conjunto|coop|cooperativa)\b\.?[ ](?:{PROPER}|[^\W\d_]{{3,30}}(?:[ ][^\W\d_]{{3,30}})?)"
    rf"(?:[ ]\d{{1,2}})?(?=[ ,;.-]{{1,3}}{one_of(_BLOCK, _PART, _STREET)})"
)
_ZONE = rf"(?:zona|sector)[ ]{PROPER}(?=[ ]?,[ ]{_STREET})"
_TOWN = r"[^\W\d_]{3,30}(?:[ ]?-[ ]?[^\W\d_]{3,30})?"
_ROAD = one_of(
    rf"{_KM}[ ](?:de[ ](?:la[ ])?)?(?:v[ií]a|carretera|autopista)"
    rf"(?:[ ]a(?:[ ]la)?[ ]{_TOWN}|[ ](?-i:[A-Z]){_TOWN})?",
    rf"v[ií]a[ ](?:a[ ](?:la[ ])?)?{_TOWN}[ ,]{{1,2}}{_KM}",
    r"v[ií]a[ ]\d{1,3}(?=[ ](?:con|#))",
    rf"ruta[ ](?:[a-z]{{1,3}}-?)?\d{{1,3}}[ ,]{{1,2}}{_KM}",
)
_LAST = r"(?=[ ]*(?:[.,;)\n](?![^\W\d_])|$))"
_CROSS = one_of(
    rf"(?:{_STREET})?(?:{_DATE}|{_ORDINAL}(?:[ ]anillo)?|{PROPER})",
    rf"{_STREET}\d{{1,3}}[a-z]?\b(?:[ ]y[ ]\d{{1,3}}[a-z]?\b)?",
    rf"{_STREET}(?!{_REQUEST}\b)[^\W\d_]{{4,20}}\b",
    rf"(?!{_REQUEST}\b)[^\W\d_]{{4,20}}{_LAST}",
)
_CORNER = (
    rf"[ ](?:y|e|entre|esquina|esq\.?|con|casi|c/)[ ]{_CROSS}(?:[ ]y[ ]{_CROSS})?{AND_NUMBER}?"
)
_HEAD = one_of(
    rf"{KIND}{_WHERE}",
    rf"tv\.?[ ]{_GRID}",
    rf"(?:c/[ ]?|ca?\.[ ]){PROPER}{AND_NUMBER}",
    rf"(?:c/[ ]?|ca\.[ ]){PROPER}",
    _BLOCK,
    _AREA,
    _HOUSING,
    _ZONE,
    _ROAD,
    rf"(?:bloque|blq?|etapa)\.?[ ][a-z\d]{{1,3}}[ ,]{{1,3}}{_BLOCK}",
    rf"edif(?:icio|\.)?[ ]{PROPER}(?=[ ,;.-]{{1,3}}{_PART})",
    r"(?:c\.?p\.?|c[oó]digo[ ]postal)[ :]{1,3}\d{4,6}\b",
    r"(?:apartado|casilla|p\.?o\.?[ ]box)(?:[ ]de[ ]correos|[ ]postal)?[ ]\d{1,5}\b",
)
_SIDE_OF_STAIRS = r"(?:izq|iz|izda|dcha|der)\w*\.?"
_THIS = (
    r"este(?=[ ](?:mes|a[ñn]o|trimestre|semestre|fin|lunes|martes|mi[eé]rcoles|jueves|viernes)\b)"
)
_STEP = (
    r"\d{2,3}[ ]?(?:m|mts?|metros|varas)?\.?[ ](?:al[ ])?"
    rf"(?!{_THIS})(?:norte|sur|este|oeste)\b"
)
_TAIL = one_of(
    rf"[ ,;.-]{{1,3}}{one_of(_BLOCK, _PART, _AREA, _ROAD)}",
    r"[ ,]{1,2}z\.i\.",
    r"[ ,]{1,3}etapa[ ][^\W\d_]{3,20}(?=[ ,]{1,2}(?:mz|mza|manzana|villa)\b)",
    rf"[ ]?[,;-][ ]{KIND}{_WHERE}",
    rf"[ ,]{{1,3}}c\.[ ]?c\.[ ]{PROPER}",
    r"[ ,]{1,3}(?:edif|edificio|residencias)\b\.?[ ](?:el[ ])?[^\W\d_]{3,20}\b",
    _CORNER,
    rf"[ ,-]{{1,3}}{SIGN}[ ]?{NUMBER}",
    rf"[ ,.-]{{1,3}}{_ORDINAL}(?:[ ](?:piso|nivel|etapa|anillo|planta)(?:[ ]alto)?\b"
    rf"|[ ]?{_SIDE_OF_STAIRS}|[ -]{{0,3}}[a-z\d]\b)?",
    rf"[ ,.-]{{1,3}}\d{{1,2}}[ ]{_SIDE_OF_STAIRS}",
    r"[ ,.-]{1,3}(?:p-?)?\d{1,2}[ ]?[a-h]\b(?![ ]?\d)",
    r"[ ,-]{1,3}(?-i:P)-?\d{1,2}\b|[ ](?-i:[A-H])-\d{1,3}\b",
    rf"[ ,.]{{1,2}}\d{{1,2}}(?:,[ ]?\d{{1,2}})?{_LAST}",
    rf"[ ,]{{1,3}}(?-i:[A-H]){_LAST}",
    rf"[ ,]{{1,3}}(?:bajo|esq\.?|esquina)(?:[ ][a-h]\b)?{_LAST}",
    r"[ ,]{1,3}(?:pb|planta[ ]baja)\b(?:-\d{1,2}\b|[ ]fondo\b)?",
    rf"[ ,]{{1,2}}{UNNUMBERED}",
    r"[ ,]{1,2}km\.?[ ]?\d{1,3}(?:[.,]\d{1,3})?\b",
    r",?[ ](?:frente[ ]a|diagonal[ ]a|junto[ ]a|detr[aá]s[ ]de)(?:l|[ ]la|[ ]el)?[ ][^\W\d_]{4,30}",
    r",[ ]\d{5}(?=[ ](?-i:[A-Z]))",
)
ADDRESS = re.compile(rf"(?<![\w.]){_HEAD}(?:{_TAIL}){{0,8}}", re.IGNORECASE)
# An address that is announced needs no kind of street: "Domicilio: Belgrano 1177, 2º B".
_PLAIN = rf"(?:{KIND})?(?:{PROPER}|{LOWER}){AND_NUMBER}(?:{_TAIL}){{0,8}}"
ANNOUNCED = re.compile(
    r"\b(?:vivo (?:en|por)|queda en|dir(?:ecci[oó]n)?(?: es|:| sale| de [a-z]+:?| fiscal:?)*"
    r"|domicili(?:o|ad[oa] en)(?: es|:| en)?)[ :]{0,2}(?:la |el )?"
    rf"({KIND}(?!(?:y|con|de[ ]entrega)\b){SMALL}{{0,2}}[^\W\d_]{{3,30}}(?![^\W_])"
    rf"(?:[ ]{SMALL}{{1,2}}[^\W\d_]{{3,30}}(?![^\W_]))?"
    rf"(?:{_TAIL}){{0,4}}"
    rf"|(?:conjunto|coop|cooperativa)\b\.?[ ]{PROPER}|{_PLAIN}"
    r"|\d{1,2}(?:[aeo]?[rvmdtn][aoe]r?)?[ ]y[ ](?:la[ ])?(?:\d{1,2}|[a-z]{1,2})\b)",
    re.IGNORECASE,
)
# What is said to be one: its first part holds a digit, the others a digit or a part of an address.
_END = (
    r"(?=[ ]*(?:[,;()\n]|\.[ \n]|\.?$)|[ ](?:para|porfa|por|gracias|quiero|pero|mi|mis|y[ ]mi|a|tel"
    r"|telf|cel|celular|el|los|desde|hoy|mañana|antes|despu[eé]s|referencia|ref|ciudad)\b)"
)
_MORE = one_of(
    *(r"[^,;\n.]{0,24}\d", rf"{_PART_NAME}", rf"{_AREA_NAME}\b", "frente", "junto", "diagonal"),
    *("esquina", "entre", "detr[aá]s"),
)
LABELLED = re.compile(
    r"\b(?:direcci[oó]n|direcc?|dir|domicilio)\b\.?(?:[ ](?:exacta|nueva|actual|fiscal|correcta"
    r"|de[ ](?:entrega|env[ií]o|domicilio|facturaci[oó]n|mi[ ]casa)))*"
    r"(?:[ ](?:es|ser[ií]a|queda)|[ ]?:)[ :]{0,2}(?:en[ ])?(?:la[ ]|el[ ])?"
    rf"((?=[^,;\n]{{0,40}}\d)[^\W\d_][^,;\n]{{2,60}}?{_END}"
    rf"(?:,[ ]?(?={_MORE})[^,;\n]{{1,40}}?{_END}){{0,5}})",
    re.IGNORECASE,
)
# Small letters and no number: a street where no word of its name is one of everyday.
_SAID_KIND = one_of(
    *("calle", "av", "avenida", "avda", "pasaje", r"jir[oó]n", "jr", r"malec[oó]n", "cdla"),
    *("ciudadela", "barrio", "urb"),
)
_LONGEST_SAID = 3


def _said(words: int) -> re.Pattern[str]:
    name = rf"([^\W\d_]{{4,30}}\b(?:[ ][^\W\d_]{{4,30}}\b){{{words - 1}}})"
    corner = r"(?:[ ](?:y|e)[ ]([^\W\d_]{4,30})\b)?"
    return re.compile(
        rf"{_SAID_KIND}\b\.?[ ]{SMALL}{{0,2}}{name}{corner}(?:{_TAIL}){{0,8}}", re.IGNORECASE
    )


SAID = [_said(words) for words in range(_LONGEST_SAID, 0, -1)]
# Where the number comes first: 12 calle 3-45 zona 10; 2350 NW 84th Ave, Suite 110.
NUMBER_FIRST = re.compile(
    r"\b\d{1,2}(?:a|[rdtmvn]a|er|ra)?\.?[ ](?:calle|avenida|av\.?)[ ](?:\"?[a-z]\"?[ ])?"
    rf"(?:(?:norte|sur|este|oeste|oriente|poniente)[ ,]{{1,2}})?"
    rf"(?:{SIGN}[ ]?\d{{1,3}}|\d{{1,3}}-\d{{1,3}})(?:{_TAIL}){{0,8}}"
    rf"|\b\d{{1,2}}[ ]calle,?[ ](?:y[ ])?\d{{1,2}}[ ]avenida\b(?:{_TAIL}){{0,8}}"
    r"|\b\d{2,5}[ ](?:[nsew]{1,2}\.?[ ])?(?-i:[\dA-Z])\w*(?:[ ](?-i:[A-Z])\w*){0,2}[ ]"
    rf"(?:ave?|avenue|st|street|rd|road|dr|drive|blvd|ln|lane|ct|court|way)\b\.?(?:{_TAIL}){{0,4}}",
    re.IGNORECASE,
)
# Where streets have no names: 200 metros al sur de la iglesia.
NAMELESS = re.compile(
    r"(?:(?:de(?:l|[ ]la)[ ])?(?:[^\W\d_]{4,20}[ ]){1,3})??"
    rf"{_STEP}(?:(?:[ ]y|,)[ ]{_STEP}){{0,3}}"
    rf"(?:[ ]de(?:l|[ ]la|[ ]el)?[ ][^\W\d_]{{3,30}}(?:[ ](?:de[ ])?{PROPER})?)?",
    re.IGNORECASE,
)
# What stands before a block: "Sauces 6, Mz 263", "garzota 2 mz 81", "Alborada 3ra etapa mz 4".
BEFORE_BLOCK = re.compile(
    r"(?<![\w.])([^\W\d_]{4,20})(?:[ ](?-i:[A-Z])[^\W\d_]{3,20})?(?:[ ](?:\d{1,2}|norte|sur))?"
    rf"(?:[ ]{_ORDINAL}[ ]etapa)?[ ,]{{1,2}}$",
    re.IGNORECASE,
)
# What stands before a flat: "18 de Julio 1234 apto 502", "San Martín 1203, depto 4".
BEFORE_FLAT = re.compile(
    rf"(?<![\w.])(?:\d{{1,2}}[ ]de[ ](?=(?-i:[A-Z])){_MONTH}|{PROPER})[ ](?:{SIGN}[ ]?)?"
    r"(?!(?:19|20)\d\d\b)\d{2,5}[ ,]{1,3}$",
    re.IGNORECASE,
)
FLAT = re.compile(rf"{_PART}(?:{_TAIL}){{0,6}}", re.IGNORECASE)
