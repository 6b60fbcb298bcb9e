"""Names of people: introduced, signed, after a title, or known given and family names."""

import re
from collections.abc import Iterator
from itertools import pairwise

from conversations.anonymise.gate import Gate, Rule
from conversations.anonymise.gazetteer import (
    BRANDS,
    CERTAIN,
    EVERYDAY,
    FAMILY,
    GIVEN,
    NOT_NAMES,
    ONLY_FAMILY,
    ONLY_GIVEN,
    is_common,
)
from conversations.anonymise.spans import ANY_BARRIER, NAME, Span, apart
from conversations.anonymise.view import View
from conversations.anonymise.vocabulary import VOCABULARY, any_word, fold

_KNOWN = GIVEN | ONLY_FAMILY
_TITLES = VOCABULARY["titles"]
_KIN = VOCABULARY["kin"]

_INTRODUCING = VOCABULARY["introductions"] | _TITLES | _KIN
_LONGEST_BEFORE = 16  # of what such a word may follow in an introduction ("nombre completo")

_TITLE = rf"(?:{any_word(_TITLES)}\b\.?[ ]{{0,2}})"
_RELATIVE = any_word(_KIN)
_FIELD = (
    r"(?:nombres?(?: completos?| y apellidos?| del cliente)?|apellidos?|remite(?:nte)?|remitido por"
    r"|responsable(?: clinico)?|destinatari[oa]|medic[oa]|paciente)"
)
# After these a name follows, unless a common word does.
_SURE = (
    rf"me llamo|my name is|mi nombre(?: completo)? es|{_FIELD} ?:|se llama"
    r"|(?:de|mi) apellido(?: es)?"
)
# After these a name follows, or a word of business: told apart by a capital and the lists.
_MARKED = (
    r"(?:cliente|titular|beneficiari[oa]|contacto) ?:?|(?:le|te|les|los) (?:saluda|escribe|habla)"
    rf"|a nombre de?(?: (?:mi|el|la) {_RELATIVE})?|pregunt\w{{1,3}} (?:por|x)"
    r"|at(?:tn|te|entamente|encion)[.:,]?|cordialmente,?|me atendi[oa]|hable con"
    rf"|a mi nombre|mi nombre:?|saludos(?: cordiales)?,|firma(?:do)?:"
    rf"|(?:mi|su|tu|el|la) {_RELATIVE},?(?: se llama| es)?"
)
# After these a name of the lists may follow: as often a company does.
_LISTED = r"this is|i am|habla con|de parte de|atencion de"
# After these a name follows if it looks like one.
_LIKELY = rf"(?:soy|habla|aqui)\b|{_TITLE}"
_INTRODUCED = re.compile(
    rf"\b(?:(?P<sure>{_SURE})|(?P<listed>{_LISTED})|(?P<marked>{_MARKED})|(?P<likely>{_LIKELY}))"
    rf"[ \n(]{{0,4}}(?:don |doña |el |la )?{_TITLE}?(?=[^\W\d_])"
)
_TOKEN = re.compile(r"[ ]{0,2}((?-i:[A-ZÁÉÍÓÚÑ])\.|[^\W\d_]+(?:['´-][^\W\d_]+)?)")
_INITIAL = re.compile(r"(?<![^\W_])(?:M[aª]|J[nr]|[A-Z])\.[ ]?$")
_JOINED = re.compile(r"(?:(?:de|del|la|las|los|san|santa|el)[ ]{1,2})+")
_LINKS = VOCABULARY["links"]
_PLACES = VOCABULARY["places"]
_NAMED_AFTER = VOCABULARY["named_after"]
# What people are rather than how they are called: "soy quiteña", "soy fiestero".
_QUALITY = re.compile(r"(?:an|ay|eñ|er|ad|id|iv|in|os|ic)[oa]s?$|(?:ense|ista|ora?|nte|[ae]l)s?$")
# One more word, with which the clause ends.
_ENDS = re.compile(rf"[ ]?(?:[,;\n)]|\.(?!\w)|$|[{ANY_BARRIER}])")
_LAST = re.compile(rf"[ ]([^\W\d_]{{4,20}})(?={_ENDS.pattern})")
_CAPITAL = re.compile(r"(?<![^\W_])(?<![-'])([A-ZÁÉÍÓÚÑ][a-záéíóúñü]{3,20}) $")
_LONGEST_WORD = 24
_SIGNS = tuple("ºª°")  # "NºCol" is no name
_MOST_TOKENS = 6
_LONGEST_ACRONYM = 5
_SHORTEST_UNKNOWN = 4


def _introduced(view: View) -> list[Span]:
    """Return the names that something announces."""
    return apart(_after_introductions(view))


def _after_introductions(view: View) -> Iterator[Span]:
    places = view.places_of(_INTRODUCING)
    if not places:
        return
    for match in _INTRODUCED.finditer(view.folded, max(0, places[0][0] - _LONGEST_BEFORE)):
        start = place = match.end()
        sure = match["sure"] is not None
        if sure and (joined := _JOINED.match(view.folded, place)):
            place = joined.end()
        first = _TOKEN.match(view.text, place)
        if not first or view.keeps(*first.span(1)):
            continue
        if _may_begin(first[1], match) or _has_surname(view, first):
            begin = start if place > start else _initial_start(view.text, first.start(1))
            end = _with_last_word(view, _parts(view, first, unknown=sure)[-1].end(1))
            if not _is_brand(view.folded, begin, end):
                yield Span(begin, end, NAME)


def _may_begin(word: str, match: re.Match[str]) -> bool:
    """Whether a name can begin so: in the lists, or a word that is unknown to Spanish."""
    folded, kind = _core(word), match.lastgroup
    if folded in NOT_NAMES or folded in _TITLES or len(word) == 1:
        return False
    if folded in (CERTAIN if kind == "likely" else _KNOWN):
        return True
    if kind == "listed":
        return False
    if word[0].isupper() and (folded in FAMILY or not is_common(folded)):
        return not _is_acronym(word)
    if is_common(folded):
        return False
    unknown = len(word) >= _SHORTEST_UNKNOWN and not _QUALITY.search(folded)
    return kind == "sure" or (unknown and match[0].startswith("soy "))


def _has_surname(view: View, first: re.Match[str]) -> bool:
    """ "Soy Amigo Pérez": an everyday word that a surname follows."""
    following = _TOKEN.match(view.text, first.end())
    return (
        following is not None
        and following[1].istitle()
        and _core(first[1]) not in NOT_NAMES
        and _core(following[1]) in ONLY_FAMILY
    )


def _is_brand(folded: str, start: int, end: int) -> bool:
    """Whether a brand of two words begins here or right before ("Don Vittorio")."""
    title = folded[max(0, start - 12) : start].split()[-1:]
    words = [*title, *folded[start:end].split()]
    return not BRANDS.isdisjoint(map(" ".join, pairwise(words)))


def _core(word: str) -> str:
    """Fold a word, of a double name ("López-Reynals") its first half."""
    return fold(word).partition("-")[0]


def _is_acronym(word: str) -> bool:
    """ "Soy PYME", "le saluda SRI": short, in capitals, and in no list."""
    folded = fold(word)
    return (
        word.isupper()
        and len(word) <= _LONGEST_ACRONYM
        and folded not in GIVEN
        and folded not in FAMILY
    )


def _parts(view: View, first: re.Match[str], *, unknown: bool = False) -> list[re.Match[str]]:
    """Return the tokens of a name from its first one on; "de la" only between two of them."""
    parts, place = [first], first.end()
    capital = first[1][0].isupper()
    for _ in range(_MOST_TOKENS):
        token = _TOKEN.match(view.text, place)
        if token is None:
            break
        place = token.end()
        if fold(token[1]) in _LINKS:
            continue
        if view.keeps(*token.span(1)) or not _may_go_on(token[1], capital=capital, unknown=unknown):
            break
        parts.append(token)
    return parts


def _may_go_on(word: str, *, capital: bool, unknown: bool) -> bool:
    if word.endswith("."):  # an initial
        return capital
    if word[1:2] in _SIGNS:
        return False
    folded = _core(word)
    if folded in NOT_NAMES:
        return False
    if folded in CERTAIN or (folded in FAMILY and word.istitle()):
        return word[0].isupper() or not capital or folded in ONLY_FAMILY
    if folded in GIVEN or folded in FAMILY:
        return word[0].isupper() == capital and folded not in EVERYDAY
    if capital:
        return word[0].isupper() and not is_common(folded) and not _is_acronym(word)
    return unknown and len(word) >= _SHORTEST_UNKNOWN and not is_common(folded)


def _known(view: View) -> list[Span]:
    """Return the names that stand in the lists: two parts, or one that means nothing else."""
    return list(_from_lists(view))


def _from_lists(view: View) -> Iterator[Span]:
    done = 0
    for start, _ in view.places_of(_KNOWN):
        first = _TOKEN.match(view.text, start)
        if start < done or not first or view.keeps(*first.span(1)):
            continue
        parts = _parts(view, first)
        if not _is_name([part[1] for part in parts]) or _is_counted(view.text, first):
            begin = _unknown_before(view, first)
            if begin is not None and _ENDS.match(view.text, parts[-1].end(1)):
                done = parts[-1].end(1)
                yield Span(begin, done, NAME)
            continue
        before, done_here = view.word_before(start), parts[-1].end(1)
        if before in _PLACES:
            continue
        if _core(parts[-1][1]) in ONLY_GIVEN:
            done_here = _with_last_word(view, done_here)
        done = done_here
        if before not in _NAMED_AFTER and not _is_brand(view.folded, start, done):
            yield Span(_initial_start(view.text, start), done, NAME)


def _with_last_word(view: View, end: int) -> int:
    """Where a name ends: with an unknown word that closes the clause ("soy nahuel britos,")."""
    last = _LAST.match(view.text, end)
    if last is None or view.keeps(*last.span(1)):
        return end
    folded = fold(last[1])
    known = folded in NOT_NAMES or folded in _LINKS or is_common(folded) or _is_acronym(last[1])
    return end if known else last.end(1)


def _unknown_before(view: View, surname: re.Match[str]) -> int | None:
    """Where a name begins whose first word is in no list: "Grover Quispe"."""
    before = _CAPITAL.search(view.text, max(0, surname.start(1) - _LONGEST_WORD), surname.start(1))
    if not surname[1].istitle() or before is None or view.keeps(*before.span(1)):
        return None
    folded = fold(before[1])
    if folded in NOT_NAMES or folded in _NAMED_AFTER or folded in _PLACES or is_common(folded):
        return None
    return None if _is_brand(view.folded, *before.span(1)) else before.start(1)


def _initial_start(text: str, start: int) -> int:
    """Where "Ma. Fernanda" or "J. Pérez" begins."""
    initial = _INITIAL.search(text, max(0, start - 5), start)
    return initial.start() if initial else start


def _is_counted(text: str, word: re.Match[str]) -> bool:
    """ "45 lucas", "6 tomas": in small letters after a number it is what is counted."""
    start = word.start(1)
    return word[1].islower() and text[start - 2 : start - 1].isdigit()


def _is_name(words: list[str]) -> bool:
    """Whether one part or more, the first of them in a list, can only be a person."""
    parts = [_core(word) for word in words]
    if len(parts) == 1:
        return parts[0] in ONLY_GIVEN
    certain = sum(part in CERTAIN for part in parts)
    if parts[0] in GIVEN:
        return certain > 0 or (parts[1] in FAMILY and words[0].istitle() and words[1].istitle())
    return certain > 1


RULES = (
    Rule(
        Gate(_INTRODUCING, closer=_INTRODUCED.pattern),
        _introduced,
    ),
    Rule(Gate(_KNOWN), _known),
)
