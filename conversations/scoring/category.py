"""What an exchange is about, by a domain's ordered lists of words."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from conversations.keys import normalise

GENERAL = "general"


def category(text: str, *, lists: Mapping[str, Any]) -> str:
    """The first of ``lists["categories"]`` with a word in ``text``, else ``general``.

    Accents, case and plurals do not matter ("fotos" is "foto", "envios" is "envío"); a phrase
    matches as a phrase. A category without a name or without words is passed over.

    >>> shop = {"categories": [{"name": "envio", "words": ["envío", "a domicilio"]}]}
    >>> [category(it, lists=shop) for it in ("Los ENVIOS", "¿a domicilio?", "domicilio")]
    ['envio', 'envio', 'general']
    """
    said = normalise(text)
    return next((name for name, words in _lists(lists) if _any_of(words).search(said)), GENERAL)


def _lists(lists: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for it in lists.get("categories") or []:
        match it:
            case {"name": str(name), "words": [*words]} if name:
                yield name, tuple(map(str, words))


@lru_cache(maxsize=256)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Matches any of ``words``, each with an optional plural ending, in normalised text."""
    phrases = [r"(?:e?s)? ".join(map(re.escape, normalise(word).split())) for word in words]
    return re.compile(rf"\b(?:{'|'.join(filter(None, phrases)) or '(?!)'})(?:e?s)?\b")
