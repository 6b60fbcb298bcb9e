"""Electronic addresses, also spelled out or mistyped, and the handles of social networks."""

import re
from collections.abc import Iterator

from conversations.anonymise.gate import Gate, Rule
from conversations.anonymise.gazetteer import ONLY_GIVEN
from conversations.anonymise.spans import EMAIL, NAME, Span, apart
from conversations.anonymise.view import View
from conversations.anonymise.vocabulary import VOCABULARY, one_of

_HOSTS = ("gmail", "hotmail", "outlook", "yahoo", "icloud", "protonmail")
_HOST = one_of(*_HOSTS, "live")
_ENDING = one_of(*sorted(VOCABULARY["domains"])) + r"\b"
_NETWORK = r"\.(?:com|me)/"
_NETWORKS = frozenset({"instagram", "insta", "ig", "tiktok", "twitter", "facebook", "fb"})

_GATE = Gate(_NETWORKS, ("@", "arroba", *_HOSTS, _NETWORK, r"[\[({<] ?(?:at|a) ?[\])}>]"))

# The sign, or "at" in brackets, or "arroba" said.
_AT = re.compile(r"@{1,3}\.?")
_SAID_AT = re.compile(
    r" ?[(\[{<] ?(?:arroba|at|a|@) ?[)\]}>] ?| {1,2}arroba {1,2}|(?<=\w)arroba(?=\w)"
)
_PART = r"[\w-]{1,63}"
_DOT = (
    rf"(?:\.{{1,2}}| ?\. ?(?=(?:com|net|org)\b)| \. (?={_ENDING})"
    r"| ?[(\[]? ?\b(?:punto|dot)\b ?[)\]]? ?)"
)
_MAIL_HOST = re.compile(rf"{_HOST}|[\w.-]{{1,60}}\.(?:com|net|org|edu|gob)\b")
_TORN_HOST = r"(?:out ?look|hot ?mail|g ?mail|i ?cloud)"
_COUNTRY = r"(?:ar|bo|br|cl|co|ec|mx|pe|py|uy|ve)\b"
_DOMAIN = re.compile(
    rf" ?(?:{_TORN_HOST}\.com\b|{_PART}[,;]{_ENDING}(?:[.,;][a-z]{{2}}\b)?"
    rf"|{_PART}(?:{_DOT}{_PART}){{1,6}}(?:,{_COUNTRY})?"
    rf"|{_PART} (?:com|net|org|edu|gob)\b(?:[ .][a-z]{{2}}\b)?|{_HOST} es\b|{_HOST}\b)"
)
# Without a dot it is still a mail, mistyped, where letters stand right on both sides of the sign.
_DOTLESS = re.compile(r"[a-z][\w-]{2,62}")
_LOCAL = re.compile(r"[\w.+%'&=\-]")
_LONGEST_LOCAL = 64
_WRONG_SIGNS = frozenset("#\\&*%$")
_SPOKEN = re.compile(
    r"[\w.+-]+ (?:punto|dot|guion bajo|guion|raya al piso|raya abajo|underscore)(?: |(?=\w))$"
)
_BEFORE_DIGITS = re.compile(r" (?:punto|bajo|guion|dot) ([a-zñ]{2,20} )$")
_SPOKEN_ENDS = (" punto ", " dot ", " bajo ", " guion ", " piso ", " abajo ", " underscore ")
# "Es kleber moncayo@...": one word more, where a mail was announced or a name stands.
_ANNOUNCED = re.compile(r"\b(?:es|correo|mail|email)[: ] ?([a-zñ]{3,20}) $")
_HOST_ONLY = re.compile(
    rf"\b{_HOST}(?:\.{{1,2}}|,| ?\b(?:punto|dot)\b ?| )(?:{_ENDING})(?:\.[a-z]{{2}}\b)?"
    rf"|(?<=[a-z\d]){one_of(*_HOSTS)}\.(?:com|es|net)\b"
)
_NO_LOCAL = VOCABULARY["not_a_mailbox"] | VOCABULARY["not_names"]
_HANDLE = re.compile(r"@(?<![\w.@]@)[a-z_][\w.]{2,30}")
_LINK = re.compile(
    rf"(?:https?://)?(?:www\.)?\b(?:facebook|fb|instagram|ig|linkedin|tiktok|twitter|x|t){_NETWORK}"
    r"(?:in/|@)?[\w.\-]{2,64}"
)
_USER = re.compile(rf"\b{one_of(*sorted(_NETWORKS))}:?(?: es)? ([a-z]\w*[._]\w[\w.]*)")


def _find(view: View) -> list[Span]:
    """Return the electronic addresses in the view, in order."""
    text = view.folded
    found = list(_around_at(text))
    if any(host in text for host in _HOSTS):
        found += _without_at(text)
    found += _handles(text)
    return apart(span for span in found if not view.keeps(*span[:2]))


def _signs(text: str) -> Iterator[re.Match[str]]:
    yield from _AT.finditer(text)
    if "arroba" in text or any(bracket in text for bracket in "([{<"):
        yield from _SAID_AT.finditer(text)


def _around_at(text: str) -> Iterator[Span]:
    """Look outwards from each sign, a bounded way: linear however long the text is."""
    last = 0
    for at in _signs(text):
        least = last if last <= at.start() else 0
        start = _local_start(text, at.start(), least)
        if (
            start < at.start()
            and (end := _domain_end(text, at, start))
            and not (_is_handle(text, at))
        ):
            last = end
            yield Span(_spoken_start(text, start), end, EMAIL)


def _is_handle(text: str, at: re.Match[str]) -> bool:
    """ "Soy @ana.ec": a blank before the sign, none after it, and no host of mails."""
    return (
        at[0] == "@"
        and text[at.start() - 1] == " "
        and text[at.end()] != " "
        and not _MAIL_HOST.match(text, at.end())
    )


def _domain_end(text: str, at: re.Match[str], start: int) -> int:
    domain = _DOMAIN.match(text, at.end())
    if domain is None and at[0][0] == "@" and _is_mailbox(text[start : at.start()]):
        domain = _DOTLESS.match(text, at.end())
    return _without_full_stop(text, domain.end()) if domain else 0


def _is_mailbox(local: str) -> bool:
    """Right before the sign, longer than a letter, and no mere number."""
    return len(local) > 1 and local[-1].isalnum() and not local.isdigit()


def _without_at(text: str) -> Iterator[Span]:
    """ "juan.perez gmail punto com": the word before a mail host is its owner's."""
    for host in _HOST_ONLY.finditer(text):
        sign = host.start() - (text[host.start() - 1 : host.start()] in _WRONG_SIGNS)
        start = _local_start(text, sign, 0)
        local = text[start:sign].strip(" .")
        if local and local not in _NO_LOCAL and not local.endswith(("www", "/")):
            yield Span(start, host.end(), EMAIL)


def _handles(text: str) -> Iterator[Span]:
    patterns = [(_HANDLE, 0)] if "@" in text else []
    patterns += [(_LINK, 0)] if "/" in text else []
    patterns += [(_USER, 1)] if any(name in text for name in _NETWORKS) else []
    for pattern, group in patterns:
        for match in pattern.finditer(text):
            yield Span(*match.span(group), NAME)


def _local_start(text: str, end: int, least: int) -> int:
    place = end - 1 if text[end - 1 : end] == " " else end
    start, least = place, max(least, place - _LONGEST_LOCAL)
    while start > least and (
        _LOCAL.match(text, start - 1)
        or (text[start - 1] == "," and start < place and text[start - 2 : start - 1].isalnum())
    ):
        start -= 1
    while start < place and text[start] in ".,-'&=%":
        start += 1
    return start if start < place else end


def _spoken_start(text: str, start: int) -> int:
    """Take along what was dictated ("ana guion bajo") or torn off ("es ana perez@...")."""
    if start == 0 or text[start - 1] != " ":
        return start
    if text[start].isdigit() and (torn := _BEFORE_DIGITS.search(text, max(0, start - 64), start)):
        start = torn.start(1)
    while text.endswith(_SPOKEN_ENDS, 0, start):
        before = _SPOKEN.search(text[max(0, start - 48) : start])
        if before is None:
            break
        start -= len(before[0])
    torn = _ANNOUNCED.search(text[max(0, start - 32) : start])
    if torn and torn[1] not in _NO_LOCAL:
        return start - len(torn[1]) - 1
    word = text[max(0, start - 21) : start - 1].rpartition(" ")[2]
    return start - len(word) - 1 if word in ONLY_GIVEN else start


def _without_full_stop(text: str, end: int) -> int:
    while text[end - 1] in "-.":
        end -= 1
    return end


RULES = (Rule(_GATE, _find),)
