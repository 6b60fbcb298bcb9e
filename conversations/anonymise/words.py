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
_OF_ACCOUNTS = VOCABULARY["of_accounts"]
_MINE = re.compile(
    r"(?:mi|su|al|el|este|nuestro)(?: (?:otro|nuevo|propio))? (?:numero|nro|num|numerito)\b"
)
_PAID_INTO = re.compile(r"\b(?:transf|deposit|consign)\w* (?:al?|en)(?: la| el| est[ae])? $")
_INITIALS = re.compile(r"\b[a-z](?:\.[a-z]){1,3}\b|\b[a-z]\. [a-z](?=\.)|\bc/[ci]\b")
_CUT = re.compile(rf"[{ANY_BARRIER}]|\d[\d .-]{{3,}}\d|\n\s*\n")
_STOPS = re.compile(r"[,;!?]|\.\s+[^\d\s]{4}")
_REACH = 48
_IS_MINE = re.compile(
    r"[\s,)]{0,3}(?:(?:este|ese|esta|esa) )?(?:es|era|son) (mi|el|su|la|de mi|nuestro)"
    r"((?: [a-z]{2,16}){1,4})"
)
_RIGHT_AFTER = re.compile(
    r"[\s,)]{0,3}\(?(?:mi|el|su)?\s?(?:numero de )?"
    r"(cedula|ruc|dni|celular|cel|telefono|whatsapp|wsp|cuenta|tarjeta)\b"
)
_LONGEST_AFTER = 64


def meaning_before(folded: str, start: int) -> Meaning | None:
    """Say what the nearest telling word before ``start`` makes of the number there.

    The look back ends at another number, at something masked and at an empty line; a harmless
    word must stand in the same clause.
    """
    before = folded[max(0, start - _REACH) : start]
    for cut in _CUT.finditer(before):
        before = " " * cut.end() + before[cut.end() :]
    if "." in before or "/" in before:
        before = _INITIALS.sub(_joined, before)
    near = True
    end = len(before)
    for word in reversed(WORD.findall(before)):
        place = before.rfind(word, 0, end)
        kind = _MEANINGS.get(word)
        if word in _OF_ACCOUNTS and _MEANINGS.get(_last_word(before, place)) is ACCOUNT:
            kind = ACCOUNT
        if kind and not (kind is ACCOUNT and _is_no_account(before, word, place)):
            if kind is HARMLESS and _STOPS.search(before, place):
                return None
            return Meaning(kind, near)
        near = near and word in BETWEEN
        end = place
    if _MINE.search(before):
        return Meaning(PHONE)
    return Meaning(ACCOUNT) if _PAID_INTO.search(before) else None


def _joined(initials: re.Match[str]) -> str:
    """ "R.U.C." as a word of the same length; "c/c" is an account, "C.C." an identity."""
    if initials[0] == "c/c":
        return "cta"
    return "".join(filter(str.isalpha, initials[0])).rjust(len(initials[0]))


def _last_word(before: str, end: int) -> str:
    return before[:end].rstrip().removesuffix(" de").rpartition(" ")[2]


def _is_no_account(before: str, word: str, place: int) -> bool:
    """ "Tenga en cuenta", "cuenta con 500", "por mi cuenta que 500": no account."""
    if not word.startswith("cuenta"):
        return False
    return before.endswith("en ", 0, place) or before.startswith(
        (" con ", " que "), place + len(word)
    )


def meaning_after(folded: str, end: int) -> Meaning | None:
    """Say what the words right after a number make of it: "... es mi cédula"."""
    if match := _IS_MINE.match(folded, end, end + _LONGEST_AFTER):
        words = match[2].split()
        kinds = [_MEANINGS[word] for word in words if word in _MEANINGS]
        if kinds:
            return Meaning(kinds[0])
        return Meaning(PHONE) if match[1] != "el" and "numero" in words else None
    match = _RIGHT_AFTER.match(folded, end, end + _LONGEST_AFTER)
    return Meaning(_MEANINGS[match[1]]) if match else None
