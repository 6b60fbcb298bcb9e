"""Which messages hold nothing to learn from. Values only."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from conversations.keys import normalise
from conversations.terms import Terms, tokens

Reason = Literal["empty", "greeting", "short", "no_request"]

SHORTEST = 5  # characters (requirements, 3.3)


def screen(
    text: str, *, greetings: Iterable[str], keywords: Iterable[str], has_entity: bool
) -> Reason | None:
    """Why ``text`` is left out, or ``None`` for one to keep.

    Whatever names something of the business stays, however short ("U15"; requirements, D05). A
    domain without ``keywords`` asks for none.

    >>> lists = {"greetings": ["hola", "gracias"], "keywords": ["precio"]}
    >>> [screen(it, **lists, has_entity=False) for it in ("¡Hola, gracias!", "y eso", "el presio?")]
    ['greeting', 'no_request', None]
    """
    if not text.strip():
        return "empty"
    if has_entity:
        return None
    if _only(text, tuple(greetings)):
        return "greeting"
    if len(text.strip()) < SHORTEST:
        return "short"
    wanted = tuple(keywords)
    return None if not wanted or _any(text, wanted) else "no_request"


def _only(text: str, phrases: tuple[str, ...]) -> bool:
    """Whether ``text`` is nothing but ``phrases``, one after the other."""
    words, known, place = normalise(text).split(), _split(phrases), 0
    while place < len(words):
        said = next((it for it in known if words[place : place + len(it)] == it), None)
        if not said:
            return False
        place += len(said)
    return bool(words)


def _any(text: str, phrases: tuple[str, ...]) -> bool:
    return next(_terms(phrases).find(text, tokens(text)), None) is not None


@lru_cache(maxsize=64)
def _split(phrases: tuple[str, ...]) -> list[list[str]]:
    return sorted(filter(None, (normalise(it).split() for it in phrases)), key=len, reverse=True)


@lru_cache(maxsize=64)
def _terms(phrases: tuple[str, ...]) -> Terms:
    return Terms((phrase, phrase) for phrase in phrases)
