"""The words of a text, and what a number is, told by the words around it."""

import re

from conversations.anonymise.spans import ACCOUNT, ANY_BARRIER, ID, PHONE
from conversations.anonymise.vocabulary import VOCABULARY, WORD, fold

HARMLESS = "HARMLESS"


def words_of(text: str) -> frozenset[str]:
    """Return the distinct words of a text, folded: the gate that most rules look at first."""
    return frozenset(WORD.findall(fold(text)))


_MEANINGS = {
    word: kind for kind in (PHONE, ID, ACCOUNT, HARMLESS) for word in VOCABULARY[kind.lower()]
}
_MINE = re.compile(r"(?:mi|su|al|el|este) (?:numero|nro|num)\b")
_INITIALS = re.compile(r"\b([a-z])[./]([a-z])\b")
_CUT = re.compile(rf"[{ANY_BARRIER}]|\d[\d .-]{{3,}}\d|\n\s*\n")
_STOPS = re.compile(r"[,;!?]|\.\s+[^\d\s]{4}")
_REACH = 48
_AFTER = re.compile(
    r"[\s,)]{0,3}(?:es|este es|ese es|\()?\s?(?:mi|el|su)?\s?(?:numero de )?"
    r"(cedula|ruc|dni|celular|cel|telefono|whatsapp|wsp|cuenta|tarjeta)\b"
)


def meaning_before(view: str, start: int) -> str | None:
    """Say what the nearest telling word before ``start`` makes of the number there.

    Returns a label, ``HARMLESS``, or ``None``. The look back ends at another number, at
    something masked and at an empty line; a harmless word must stand in the same clause.
    """
    before = fold(view[max(0, start - _REACH) : start])
    for cut in _CUT.finditer(before):
        before = " " * cut.end() + before[cut.end() :]
    if "." in before or "/" in before:
        before = _INITIALS.sub(r" \1\2", before)
    found = [(m.end(), kind) for m in WORD.finditer(before) if (kind := _kind(before, m))]
    if not found:
        return PHONE if _MINE.search(before) else None
    end, kind = found[-1]
    if kind is HARMLESS and _STOPS.search(before, end):
        return None
    return kind


def _kind(before: str, word: re.Match[str]) -> str | None:
    kind = _MEANINGS.get(word[0])
    if kind is ACCOUNT and (before.endswith("en ", 0, word.start()) or _speech(before, word)):
        return None
    return kind


def _speech(before: str, word: re.Match[str]) -> bool:
    """ "Cuenta con 500", "por mi cuenta que 500": the verb, not the account."""
    return word[0].startswith("cuenta") and before.startswith((" con ", " que "), word.end())


def meaning_after(view: str, end: int) -> str | None:
    """Say what the words right after a number make of it: "... es mi cédula"."""
    match = _AFTER.match(fold(view[end : end + 40]))
    return _MEANINGS[match[1]] if match else None
