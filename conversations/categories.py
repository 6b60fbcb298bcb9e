"""A domain's lists at work: what an exchange is about, and what is never masked in it."""

from conversations.scoring import category
from core.models import Domain


def detect(text: str, domain: Domain) -> str:
    """The first category of the domain with a word in ``text``, else ``general``."""
    return category(text, lists=domain.texts)


def whitelist(domain: Domain) -> frozenset[str]:
    """Terms that are never masked, in lower case.

    The domain's name, its business's name, its own list and the catalogue's codes and names.
    """
    terms: set[str] = {domain.name, domain.texts.get("business") or domain.name}
    terms.update(domain.texts.get("whitelist") or [])
    for code, name, aliases in domain.catalogue.values_list("code", "name", "aliases"):
        terms.update([code, name, *aliases])
    return frozenset(term.casefold() for term in terms)
