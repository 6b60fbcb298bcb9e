"""Names of people: introduced, signed, after a title, or known given and family names."""

import re
from collections.abc import Iterator

from conversations.anonymise.kept import Kept
from conversations.anonymise.spans import NAME, Span, apart
from conversations.anonymise.vocabulary import VOCABULARY, WORD, fold, names_in, one_of

_GIVEN, _ONLY_GIVEN = names_in("first_names.txt")
_FAMILY, _ONLY_FAMILY = names_in("surnames.txt")
_TITLES = VOCABULARY["titles"]
_INTRODUCTIONS = VOCABULARY["introductions"] | _TITLES
_GATE = _GIVEN | _ONLY_FAMILY | _INTRODUCTIONS

_TITLE = rf"(?:{one_of(*sorted(_TITLES), 'señor(?:a|ita)?', 'doña', 'capitán')}\b\.?[ ]{{0,2}})"
_ARTICLE = r"(?:don |doña |el |la )?"
_FIELD = r"(?:nombres?(?: completo| del cliente)?|apellidos?)"
# After these a name follows, whatever it looks like.
_SURE = re.compile(
    rf"\b(?:me llamo|mi nombre(?: completo)? es|{_FIELD}[ ]?:)\s{{1,3}}{_ARTICLE}{_TITLE}?",
    re.IGNORECASE,
)
# After these a name follows, or a word of business: told apart by a capital and the lists.
_MARKED = re.compile(
    r"\b(?:(?:paciente|cliente|m[eé]dic[oa]|titular|beneficiario)[ ]?:"
    r"|(?:le|te|les|los) (?:saluda|escribe|habla)|habla con|a nombre de|de parte de"
    r"|pregunt[ae]r? por|at(?:tn|te|entamente)[.:,]?|cordialmente,?"
    rf"|saludos(?: cordiales)?,|firma(?:do)?:)\s{{1,3}}{_ARTICLE}{_TITLE}?",
    re.IGNORECASE,
)
# After these a name follows if it looks like one.
_LIKELY = re.compile(
    rf"\b(?:(?:soy|habla)\b|{_TITLE})[ ]{{0,2}}(?:el |la )?{_TITLE}?", re.IGNORECASE
)
_TOKEN = re.compile(r"[ ]{0,2}([^\W\d_]+(?:['-][^\W\d_]+)?)")
_LINKS = VOCABULARY["links"]
_NOT_NAMES = VOCABULARY["not_names"] | VOCABULARY["times"] | VOCABULARY["business"]
_PLACES = VOCABULARY["places"]
_NAMED_AFTER = VOCABULARY["named_after"]
_MOST_TOKENS = 5
_LONGEST_ACRONYM = 5
_INTRODUCED = (
    (_SURE, None),
    (_MARKED, _GIVEN | _ONLY_FAMILY),
    (_LIKELY, _ONLY_GIVEN | _ONLY_FAMILY),
)


def find(view: str, words: frozenset[str], kept: Kept) -> list[Span]:
    """Return the names of people in the view, in order."""
    if _GATE.isdisjoint(words):
        return []
    found: list[Span] = []
    if not _INTRODUCTIONS.isdisjoint(words):
        found += _introduced(view, kept)
    if not (_GIVEN | _ONLY_FAMILY).isdisjoint(words):
        found += _known(view, kept)
    return apart(found)


def _introduced(view: str, kept: Kept) -> Iterator[Span]:
    for pattern, names in _INTRODUCED:
        for match in pattern.finditer(view):
            first = _TOKEN.match(view, match.end())
            if first and first.span(1) not in kept and _may_begin(first[1], names):
                yield Span(first.start(1), _parts(view, first, kept)[-1].end(1), NAME)


def _may_begin(word: str, names: frozenset[str] | None) -> bool:
    """Whether a name can begin so: in these lists, or with a capital, or (``None``) any way."""
    folded = fold(word)
    if folded in _NOT_NAMES or len(word) == 1:
        return False
    return names is None or folded in names or (word[0].isupper() and not _is_acronym(word))


def _is_acronym(word: str) -> bool:
    """ "Soy PYME", "le saluda SRI": short, in capitals, and in no list."""
    folded = fold(word)
    return (
        word.isupper()
        and len(word) <= _LONGEST_ACRONYM
        and folded not in _GIVEN
        and folded not in _FAMILY
    )


def _parts(view: str, first: re.Match[str], kept: Kept) -> list[re.Match[str]]:
    """Return the tokens of a name from its first one on; "de la" only between two of them."""
    parts, place = [first], first.end()
    for _ in range(_MOST_TOKENS):
        token = _TOKEN.match(view, place)
        if token is None:
            break
        place = token.end()
        if fold(token[1]) in _LINKS:
            continue
        if token.span(1) in kept or not _may_go_on(token[1], capital=first[1][0].isupper()):
            break
        parts.append(token)
    return parts


def _may_go_on(word: str, *, capital: bool) -> bool:
    folded = fold(word)
    if folded in _NOT_NAMES:
        return False
    if folded in _GIVEN or folded in _FAMILY:
        return word[0].isupper() or not capital or folded in _ONLY_FAMILY
    return capital and word.istitle()


def _known(view: str, kept: Kept) -> Iterator[Span]:
    """Names that stand in the lists: two parts, or one that means nothing else."""
    folded, done, before = fold(view), 0, ""
    for match in WORD.finditer(view):
        word = folded[match.start() : match.end()]
        if match.start() >= done and match.span() not in kept and before not in _PLACES:
            first = _TOKEN.match(view, match.start())
            if first and (word in _GIVEN or word in _ONLY_FAMILY):
                parts = _parts(view, first, kept)
                if _is_name([part[1] for part in parts]):
                    done = parts[-1].end(1)
                    if before not in _NAMED_AFTER:
                        yield Span(match.start(), done, NAME)
        before = word


def _is_name(words: list[str]) -> bool:
    """Whether one part or more, the first of them in a list, can only be a person."""
    parts = [fold(word) for word in words]
    if len(parts) == 1:
        return parts[0] in _ONLY_GIVEN
    certain = sum(part in _ONLY_GIVEN or part in _ONLY_FAMILY for part in parts)
    if parts[0] in _GIVEN:
        return certain > 0 or (parts[1] in _FAMILY and words[0].istitle() and words[1].istitle())
    return certain > 1
