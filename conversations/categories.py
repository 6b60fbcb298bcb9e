"""A domain's lists at work: what an exchange is about, and what is never masked in it."""

import json
from functools import lru_cache

from django.db import connection

from conversations.scoring import category
from core.models import Domain

# By hand: each capture asks it, and making the same query of objects takes four times as long.
_CATALOGUE = """
SELECT json_agg(json_build_array(code, name, aliases) ORDER BY id)::text
FROM conversations_catalogueentry WHERE domain_id = %s
"""


def detect(text: str, domain: Domain) -> str:
    """The first category of the domain with a word in ``text``, else ``general``."""
    return category(text, lists=domain.texts)


def whitelist(domain: Domain) -> frozenset[str]:
    """Terms that are never masked, in lower case.

    The domain's name, its business's name, its own list and the catalogue's codes and names.
    """
    own = {domain.name, domain.texts.get("business") or domain.name}
    own.update(domain.texts.get("whitelist") or [])
    return _terms(frozenset(own), _catalogue(domain))


def _catalogue(domain: Domain) -> str:
    """Codes, names and aliases as one text, equal while they are: one value to read and compare."""
    with connection.cursor() as cursor:
        cursor.execute(_CATALOGUE, [domain.pk])
        return cursor.fetchone()[0] or "[]"


@lru_cache(maxsize=32)
def _terms(own: frozenset[str], catalogue: str) -> frozenset[str]:
    terms = set(own)
    for code, name, aliases in json.loads(catalogue):
        terms.update([code, name, *aliases])
    return frozenset(term.casefold() for term in terms)
