"""What the words around a number make of it."""

import re
from typing import NamedTuple

from conversations.anonymise.spans import ACCOUNT, ANY_BARRIER, ID, PHONE
from conversations.anonymise.vocabulary import VOCABULARY, WORD

HARMLESS = "HARMLESS"


class Meaning(NamedTuple):
    """What a word says of a number, and whether nothing but small words stands between."""

    kind: str
    near: bool = True


_MEANINGS = {
    word: kind for kind in (PHONE, ID, ACCOUNT, HARMLESS) for word in VOCABULARY[kind.lower()]
}
BETWEEN = VOCABULARY["between"] | _MEANINGS.keys()
_MONEY = VOCABULARY["money"]
_MINE = re.compile(r"(?:mi|su|al|el|este) (?:numero|nro|num)\b")
_INITIALS = re.compile(r"\b([a-z])[./]([a-z])\b")
_CUT = re.compile(rf"[{ANY_BARRIER}]|\d[\d .-]{{3,}}\d|\n\s*\n")
_STOPS = re.compile(r"[,;!?]|\.\s+[^\d\s]{4}")
_REACH = 48
_AFTER = re.compile(
    r"[\s,)]{0,3}(?:(?:es|este es|ese es) (?:mi|el|su|la) (?:numero de )?([a-z]{2,16})\b"
    r"|\(?(?:mi|el|su)?\s?(?:numero de )?(cedula|ruc|dni|celular|cel|telefono|whatsapp|wsp|cuenta"
    r"|tarjeta)\b)"
)


def meaning_before(folded: str, start: int) -> Meaning | None:
    """Say what the nearest telling word before ``start`` makes of the number there.

    The look back ends at another number, at something masked and at an empty line; a harmless
    word must stand in the same clause.
    """
    before = folded[max(0, start - _REACH) : start]
    for cut in _CUT.finditer(before):
        before = " " * cut.end() + before[cut.end() :]
    if "." in before or "/" in before:
        before = _INITIALS.sub(r" \1\2", before)
    near = True
    end = len(before)
    for word in reversed(WORD.findall(before)):
        place = before.rfind(word, 0, end)
        kind = _MEANINGS.get(word)
        if word in _MONEY and _MEANINGS.get(_last_word(before, place)) is ACCOUNT:
            kind = ACCOUNT
        if kind and not (kind is ACCOUNT and _is_no_account(before, word, place)):
            if kind is HARMLESS and _STOPS.search(before, place):
                return None
            return Meaning(kind, near)
        near = near and word in BETWEEN
        end = place
    return Meaning(PHONE) if _MINE.search(before) else None


def _last_word(before: str, end: int) -> str:
    return before[:end].rstrip().rpartition(" ")[2]


def _is_no_account(before: str, word: str, place: int) -> bool:
    """ "Tenga en cuenta", "cuenta con 500", "por mi cuenta que 500": no account."""
    if not word.startswith("cuenta"):
        return False
    return before.endswith("en ", 0, place) or before.startswith(
        (" con ", " que "), place + len(word)
    )


def meaning_after(folded: str, end: int) -> Meaning | None:
    """Say what the words right after a number make of it: "... es mi cédula"."""
    match = _AFTER.match(folded, end, end + 40)
    kind = _MEANINGS.get(match[1] or match[2]) if match else None
    return Meaning(kind) if kind else None
