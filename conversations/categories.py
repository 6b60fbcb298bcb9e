"""What an exchange is about, by the lists that the domain's staff edit."""

from conversations.keys import normalise
from core.models import Domain

GENERAL = "general"


def detect(text: str, domain: Domain) -> str:
    """The first category of the domain with a word in ``text``, else ``general``.

    Accents, case and plurals do not matter ("fotos" is "foto", "envios" is "envío").
    """
    said = {_stem(word) for word in normalise(text).split()}
    for category in domain.texts.get("categories", []):
        if any(set(map(_stem, normalise(word).split())) <= said for word in category["words"]):
            return str(category["name"])
    return GENERAL


def whitelist(domain: Domain) -> frozenset[str]:
    """Terms that are never masked, in lower case: the catalogue's and the domain's own list."""
    terms: set[str] = set(domain.texts.get("whitelist", []))
    for code, name, aliases in domain.catalogue.values_list("code", "name", "aliases"):
        terms.update([code, name, *aliases])
    return frozenset(term.casefold() for term in terms)


def _stem(word: str) -> str:
    """``word`` without its plural ending; short words are left as they are."""
    for ending in ("es", "s"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            return word.removesuffix(ending)
    return word
