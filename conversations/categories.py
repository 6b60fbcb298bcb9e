"""What an exchange is about, by the lists that the domain's staff edit."""

import re
from collections.abc import Iterator
from functools import lru_cache

from conversations.keys import normalise
from core.models import Domain

GENERAL = "general"


def detect(text: str, domain: Domain) -> str:
    """The first category of the domain with a word in ``text``, else ``general``.

    Accents, case and plurals do not matter ("fotos" is "foto", "envios" is "envío"); a phrase
    matches as a phrase. A category without a name or without words is passed over.
    """
    said = normalise(text)
    return next((name for name, words in _lists(domain) if _any_of(words).search(said)), GENERAL)


def _lists(domain: Domain) -> Iterator[tuple[str, tuple[str, ...]]]:
    for category in domain.texts.get("categories") or []:
        match category:
            case {"name": str(name), "words": [*words]} if name:
                yield name, tuple(map(str, words))


def whitelist(domain: Domain) -> frozenset[str]:
    """Terms that are never masked, in lower case.

    The domain's name, its business's name, its own list and the catalogue's codes and names.
    """
    terms: set[str] = {domain.name, domain.texts.get("business") or domain.name}
    terms.update(domain.texts.get("whitelist") or [])
    for code, name, aliases in domain.catalogue.values_list("code", "name", "aliases"):
        terms.update([code, name, *aliases])
    return frozenset(term.casefold() for term in terms)


@lru_cache(maxsize=256)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Matches any of ``words``, each with an optional plural ending, in normalised text."""
    phrases = [r"(?:e?s)? ".join(map(re.escape, normalise(word).split())) for word in words]
    return re.compile(rf"\b(?:{'|'.join(filter(None, phrases)) or '(?!)'})(?:e?s)?\b")
