"""A product or a place that somebody names and the catalogue lacks, by where it stands. Pure."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from conversations.catalogue import Catalogue
from conversations.entities import Entity
from conversations.keys import normalise
from conversations.terms import fold, tokens
from rag.proforma.order import QUANTITY
from rag.proforma.wording import words

_WORD = r"[^\W\d_][\w'’-]*"
_NAME = rf"{_WORD}(?:\s+(?:del?\s+|la\s+|los\s+)?[A-ZÁÉÍÓÚÑ][\w'’-]+){{0,2}}"
_CAPITAL = rf"(?=[A-ZÁÉÍÓÚÑ]){_NAME}"
# "CFR Hamburgo", "puesto en hamburgo", "con destino a Yokohama"; "para Hamburgo" only with capital.
_TO = re.compile(
    rf"(?i:\b(?:CFR|CIF|C&F|puest[oa]s?\s+en|destino(?:\s+(?:a|es|ser[ií]a))?|puerto\s+de|flete\s+(?:a|hasta))"
    rf"\s*:?\s+(?:a\s+|en\s+|el\s+puerto\s+de\s+)?)(?P<sure>{_NAME})"
    rf"|(?i:\b(?:para|a|hasta|hacia|en|pa)\s+)(?P<likely>{_CAPITAL})"
)
_OF = re.compile(rf"\s*(?i:de|of)\s+(?P<name>{_WORD})")
_ASKED = re.compile(
    rf"(?i:\b(?:proforma|pro\s+forma|coti[sz]aci[oó]n|presupuesto|quote)\s+(?:formal\s+)?(?:de|of)\s+"
    rf"|\bcot[ií](?:z[ae](?:r|n|s|me|rme)?|ce(?:n|me|nme)?)\s+(?:(?:de|el|la|los|las|unos|unas)\s+)?)(?P<name>{_WORD})"
)
_NO_PRODUCT = words(
    "producto mercaderia carga exportacion esto eso este esta ese un una el la los las lo mi "
    "favor para con por de del talla calibre glaseo flete formal urgente hoy ya sin y en a "
    "unos unas su peso cliente porfa please algo"
)
_NO_PLACE = words("la el un una mi ya hoy por favor que nombre fob cfr cif usted ustedes")
_CHATTER = words(
    "hola gracias momento espere espera dejame deme dame ya voy buenos buenas dias tardes "
    "noches ok listo vale bueno si no ahora luego despues mañana pronto perdon disculpe tal "
    "vez quizas igual ahi aqui entiendo entendido excelente perfecto"
)
_BARE = 3  # words of an answer that is nothing but a name


def places(text: str, found: Sequence[Entity]) -> list[tuple[int, str]]:
    """A place in ``text`` that nothing of ``found`` covers."""
    names = (
        (it.start(name), it[name])
        for it in _TO.finditer(text)
        for name in ("sure", "likely")
        if it[name] and fold(it[name].split()[0]) not in _NO_PLACE
    )
    return _free(names, found)


def products(text: str, found: Sequence[Entity], catalogue: Catalogue) -> list[tuple[int, str]]:
    """What a quantity is of, or a proforma: "3 toneladas de pulpo", "cotizar langosta"."""
    general = {fold(word) for it in catalogue.keywords for word in normalise(it).split()}
    general |= _NO_PRODUCT
    after = [_OF.match(text, it.end) for it in found if it.kind == QUANTITY]
    names = (
        (it.start("name"), it["name"])
        for it in [*after, *_ASKED.finditer(text)]
        if it and fold(it["name"]) not in general
    )
    return _free(names, found)


def bare(text: str) -> list[tuple[int, str]]:
    """An answer that is nothing but a name."""
    said = tokens(text)
    chats = any(it.is_number or it.key in _CHATTER for it in said)
    if not said or len(said) > _BARE or "?" in text or chats:
        return []
    return [(0, " ".join(text.split()).strip(" .,;!¡"))]


def _free(names: Iterable[tuple[int, str]], found: Sequence[Entity]) -> list[tuple[int, str]]:
    """The first name that is no part of what was found."""
    free = (it for it in names if not any(one.start <= it[0] < one.end for one in found))
    return list(islice(free, 1))
