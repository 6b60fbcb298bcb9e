"""What an exchange is about, by the lists that the domain's staff edit."""

import re
from functools import lru_cache

from conversations.keys import normalise
from core.models import Domain

GENERAL = "general"


def detect(text: str, domain: Domain) -> str:
    """The first category of the domain with a word in ``text``, else ``general``.

    Accents, case and plurals do not matter ("fotos" is "foto", "envios" is "envío"); a phrase
    matches as a phrase.
    """
    said = normalise(text)
    for category in domain.texts.get("categories", []):
        if _any_of(tuple(category["words"])).search(said):
            return str(category["name"])
    return GENERAL


def whitelist(domain: Domain) -> frozenset[str]:
    """Terms that are never masked, in lower case: the catalogue's and the domain's own list."""
    terms: set[str] = set(domain.texts.get("whitelist", []))
    for code, name, aliases in domain.catalogue.values_list("code", "name", "aliases"):
        terms.update([code, name, *aliases])
    return frozenset(term.casefold() for term in terms)


@lru_cache(maxsize=256)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Matches any of ``words``, each with an optional plural ending, in normalised text."""
    phrases = [r"(?:e?s)? ".join(map(re.escape, normalise(word).split())) for word in words]
    return re.compile(rf"\b(?:{'|'.join(filter(None, phrases)) or '(?!)'})(?:e?s)?\b")
