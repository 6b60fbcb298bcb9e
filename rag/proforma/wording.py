"""How people agree, refuse, cancel, correct and ask in a dialogue. Words in, meanings out. Pure."""

import re
from typing import Literal

from conversations.keys import plain
from conversations.terms import fold, tokens
from rag.proforma.order import DESTINATION, GLAZE, PRODUCT, QUANTITY, SIZE


def words(text: str) -> frozenset[str]:
    """The words of ``text`` in the form in which they are compared."""
    return frozenset(map(fold, text.split()))


_YES = words(
    "si sip ok oka okey dale listo lista correcto correcta exacto perfecto perfecta confirmo "
    "confirmado confirmada confirmar claro va vale hagale hazlo hagalo procede proceda procedan "
    "adelante orale conforme aprobado aprobada genial excelente emitela emitala envialo enviala "
    "enviela mandala mandela generala yes sure afirmativo"
)
_YES_PHRASE = re.compile(
    r"\b(?:de una|tal cual|de acuerdo|(?:esta|muy|todo) bien|asi (?:es|mismo|esta)|eso es)\b"
)
_OPENING = words("bueno ya pues muy todo eso esta ahora que por favor")
_LONGEST_YES, _SHORT_YES = 12, 6  # words; in a short message the yes may stand anywhere
_NO = words("no nop nope tampoco incorrecto mal")
_CANCELS = re.compile(
    r"\b(?:cancel|anul|olvid|desist|descart)\w*|\bya no\b|\bmejor no\b|\bno,? (?:muchas )?gracias\b"
    r"|\bdej(?:alo|elo|emoslo|emos|amos|ar)\b(?! en)|\bno (?:la|lo) (?:quiero|necesito)\b"
    r"|\bno quiero (?:nada|la proforma|la cotizacion)\b"
)
_CORRECTS = re.compile(
    r"\b(?:mejor|mas bien|perdon|disculp\w*|digo|quise decir|corrijo|correccion|sino|cambi\w+"
    r"|que sean?|en realidad|era|eran|me equivoque|rectifico|pon(?:me|ga|gale|le)?)\b"
)
_ANOTHER = re.compile(r"\b(?:otra|nueva|another)\b")
_DENIED = re.compile(
    r"\b(?:no|ni|ya no|en vez del?|en lugar del?|tampoco|instead of)\s+(?:[^\W\d]+\s+){0,2}$"
)
_WITH_FREIGHT = re.compile(
    r"\b(?:con|incluy\w+|incluid\w+|mas)\s+(?:el\s+)?(?:flete|freight)\b|\bflete\s+inclui"
    r"|\bpuest[oa]s?\s+en\b"
)
_WITHOUT_FREIGHT = re.compile(
    r"\bsin\s+(?:el\s+)?(?:flete|freight)\b|\b(?:el\s+)?flete\s+(?:va\s+)?por\s+(?:mi|nuestra)\b"
    r"|\b(?:pongo|ponemos|pago|pagamos|contrato|contratamos)\s+(?:yo\s+)?(?:el\s+)?flete\b"
)
_SLOT_WORDS = {
    PRODUCT: re.compile(r"\b(?:producto|presentacion)\b"),
    SIZE: re.compile(r"\b(?:talla|calibre|tamano)\b"),
    GLAZE: re.compile(r"\b(?:glaseo|glaseado|glaze)\b"),
    QUANTITY: re.compile(r"\b(?:cantidad|volumen|kilos|kilaje|toneladas|libras)\b"),
    DESTINATION: re.compile(r"\b(?:destino|puerto)\b"),
}
_COMPLAINS = re.compile(
    r"\bno\b|\bmal\b|\bcambi\w+|\bcorreg\w+|\bcorrij\w+|\bequivo\w+|\bincorrect\w+|\bmodific\w+"
)
_ASKING = r"(?:que|cual(?:es)?|cuant[oa]s?|como|cuando|donde|quien(?:es)?|what|how|when)"
_BEGINS_ASKING = re.compile(rf"\W*(?:(?:y|e|o|pero|oye|oiga|disculpe|perdon)\W+)?{_ASKING}\b")
_ASKS = re.compile(
    r"\b(?:tienen|tienes|teneis|manejan|hay|venden|aceptan|incluyen?|ofrecen|do you|cual(?:es)?"
    r"|cuant[oa]s?|como|cuando|donde)\b"
)
_REQUEST = re.compile(r"\b(?:que (?:sean?|fueran?|quede|me)|si (?:son|es|fueran?))\b")
_SENTENCES = re.compile(r"(?=¿)|(?<=[?!\n])|(?<=\.)(?=\s)")


def agrees(text: str) -> bool:
    """Whether a message is a yes: short, with a word of agreement at its beginning, and no "no".

    >>> [agrees(it) for it in ("siii", "Bueno, dale", "ok gracias", "no, así no", "¿sí?")]
    [True, True, True, False, False]
    """
    keys = [it.key for it in tokens(text)]
    if not keys or len(keys) > _LONGEST_YES or "?" in text or _NO & set(keys):
        return False
    if _YES_PHRASE.search(plain(text)):
        return True
    if len(keys) <= _SHORT_YES:
        return bool(_YES & set(keys))
    return next((it for it in keys if it not in _OPENING), "") in _YES


def refuses(text: str) -> bool:
    """Whether it begins with a no."""
    keys = [it.key for it in tokens(text)]
    return bool(_NO & set(keys[:2]))


def cancels(text: str) -> bool:
    """
    >>> [cancels(it) for it in ("Olvídelo", "ya no la quiero", "déjalo en 10 toneladas")]
    [True, True, False]
    """
    return bool(_CANCELS.search(plain(text)))


def is_denied(before: str) -> bool:
    """Whether what follows ``before`` is taken back: "no 16/20", "en vez de Miami"."""
    return bool(_DENIED.search(_folded(before)))


def last_correction(text: str) -> int | None:
    """Where what corrects the rest of a message begins, if anything does."""
    return max((it.end() for it in _CORRECTS.finditer(_folded(text))), default=None)


def corrects(text: str) -> bool:
    """Whether it changes something that was settled."""
    return last_correction(text) is not None or bool(_REQUEST.search(plain(text)))


def begins_anew(text: str) -> bool:
    """Whether it is about another one, and not the one that was made."""
    return bool(_ANOTHER.search(plain(text))) or not corrects(text)


def wants_freight(text: str) -> Literal["with", "without", ""]:
    said = plain(text)
    if _WITHOUT_FREIGHT.search(said):
        return "without"
    return "with" if _WITH_FREIGHT.search(said) else ""


def complained_of(text: str) -> list[str]:
    """The slots that a message calls wrong, or wants to change."""
    said = plain(text)
    if not _COMPLAINS.search(said):
        return []
    return [slot for slot, words in _SLOT_WORDS.items() if words.search(said)]


def without_questions(text: str) -> str:
    """``text`` without the sentences that only ask for information.

    What asks for a change stays: "¿y si son 12 toneladas?".

    >>> without_questions("Que sean 12 toneladas. ¿Cuánto demora?")
    'Que sean 12 toneladas. '
    """
    return "".join(it for it in _SENTENCES.split(text) if not is_question(it))


def is_question(sentence: str) -> bool:
    """Whether a sentence asks for information, and no more than that.

    >>> [is_question(it) for it in ("¿Qué tallas hay?", "cuanto demora", "¿me cotiza 5 t?")]
    [True, True, False]
    """
    said = _REQUEST.sub(" ", plain(sentence))
    if _BEGINS_ASKING.match(said):
        return "?" in sentence or "¿" in sentence or not said.lstrip().startswith("que")
    return bool(_ASKS.search(said)) and ("?" in sentence or "¿" in sentence)


def _folded(text: str) -> str:
    """``text`` for the patterns, each letter in its place."""
    return "".join(plain(it)[:1] or " " for it in text)
