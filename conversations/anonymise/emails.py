"""Electronic addresses, also spelled out, and the handles of social networks."""

import re
from collections.abc import Iterator

from conversations.anonymise.kept import Kept
from conversations.anonymise.spans import EMAIL, NAME, Span, apart
from conversations.anonymise.vocabulary import VOCABULARY

_AT = re.compile(
    r"@|\s?[(\[{<]\s?(?:arroba|at|@)\s?[)\]}>]\s?|\s{1,2}arroba\s{1,2}|(?<=\w)arroba(?=\w)",
    re.IGNORECASE,
)
_LOCAL = re.compile(r"[\w.+%'&=\-]")
_DOMAIN = re.compile(
    r"\s?[\w-]{1,63}(?:(?:\.|\s\.\s(?=com|net|org|[a-z]{2}\b)|\s?[(\[]?\s?\b(?:punto|dot)\b\s?[)\]]?\s?)[\w-]{1,63}){1,6}",
    re.IGNORECASE,
)
_MAIL_HOSTS = r"gmail|hotmail|outlook|yahoo|icloud|live|protonmail"
_HOST_ONLY = re.compile(rf"(?:{_MAIL_HOSTS})\s?(?:\.|punto)\s?[a-z]{{2,3}}\b", re.IGNORECASE)
_NO_LOCAL = VOCABULARY["not_a_mailbox"]
_HANDLE = re.compile(
    r"\b(?:facebook|fb|instagram|linkedin|tiktok|twitter|x|t)\.(?:com|me)/(?:in/)?[\w.\-]{2,64}"
    r"|(?<![\w.@])@[a-z_][\w.]{2,30}",
    re.IGNORECASE,
)
_LONGEST_LOCAL = 64


def find(view: str, words: frozenset[str], kept: Kept) -> list[Span]:
    """Return the electronic addresses in the view, in order."""
    found: list[Span] = []
    if "@" in view or "arroba" in view.lower() or "at" in words:
        found += _around_at(view)
    if not words.isdisjoint(_MAIL_HOSTS.split("|")):
        found += _without_at(view)
    if "@" in view or "/" in view:
        found += (Span(m.start(), m.end(), NAME) for m in _HANDLE.finditer(view))
    return apart(span for span in found if span[:2] not in kept)


def _around_at(view: str) -> Iterator[Span]:
    """Look outwards from each sign, a bounded way: linear however long the text is."""
    for at in _AT.finditer(view):
        domain = _DOMAIN.match(view, at.end())
        start = _local_start(view, at.start())
        if domain and start < at.start():
            yield Span(start, _without_full_stop(view, domain.end()), EMAIL)


def _without_at(view: str) -> Iterator[Span]:
    """ "juan.perez gmail punto com": the word before a mail host is its owner's."""
    for host in _HOST_ONLY.finditer(view):
        start = _local_start(view, host.start())
        if start < host.start() and view[start : host.start()].strip().lower() not in _NO_LOCAL:
            yield Span(start, host.end(), EMAIL)


def _local_start(view: str, end: int) -> int:
    place = end - 1 if view[end - 1 : end] == " " else end
    start = place
    while start and place - start < _LONGEST_LOCAL and _LOCAL.match(view, start - 1):
        start -= 1
    while start < place and view[start] in ".-'&=%":
        start += 1
    return start if start < place else end


def _without_full_stop(view: str, end: int) -> int:
    while view[end - 1] in "-.":
        end -= 1
    return end
