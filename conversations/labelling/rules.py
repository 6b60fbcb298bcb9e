"""The labeller that needs nothing but the domain's lists. Values only."""

from collections.abc import Sequence
from functools import lru_cache

from conversations import entities
from conversations.catalogue import Catalogue, Field, Intent
from conversations.entities import Entity
from conversations.labelling.votes import Vote
from conversations.terms import Terms, tokens

# How often they are right, until reviews say it better.
NAMED, SEVERAL, UNSAID, UNKNOWN = 0.95, 0.75, 0.92, 0.4
ONE_INTENT, MORE_INTENTS, COMPLETE = 0.8, 0.65, 0.92
GUESS, NOTHING_NAMED = 0.5, 0.65


def vote_on_field(field: Field, found: Sequence[Entity]) -> Vote:
    """What is named once is the value; what is named several times, or not, is none."""
    values = entities.values(found, field.name)
    if len(values) == 1:
        return Vote("rules", values[0], NAMED)
    if values:
        return Vote("rules", None, SEVERAL)
    return Vote("rules", None, UNSAID if field.is_looked_for else UNKNOWN)


def vote_on_intent(text: str, found: Sequence[Entity], catalogue: Catalogue) -> Vote | None:
    """The first intent of the domain's list with a word in ``text``, requests before the others.

    It is surest when all that the intent requires is there, and least when words of other
    intents are, too. Where no intent has a word in ``text`` there is a guess, if the list allows
    one: a text about the business asks for something, any other for nothing.
    """
    said = tokens(text)
    named = {name for match in _words(catalogue.intents).find(text, said) for name in match.values}
    requests = [it for it in catalogue.intents if it.name in named and it.is_request]
    others = [it for it in catalogue.intents if it.name in named and not it.is_request]
    about = any(catalogue.field(it.kind) for it in found) or any(
        _keywords(catalogue.keywords).find(text, said)
    )
    intent = next(iter(requests + ([] if about else others)), None)
    if not intent:
        return _guess(catalogue, about=about)
    present = all(len(entities.values(found, it)) == 1 for it in intent.required)
    trust = MORE_INTENTS if len(requests) > 1 else ONE_INTENT
    return Vote("rules", intent.name, COMPLETE if intent.required and present else trust)


def _guess(catalogue: Catalogue, *, about: bool) -> Vote | None:
    """The list goes from particular to general: its last request, or the one without words."""
    general = [it for it in catalogue.intents if it.is_request and not it.required]
    nothing = [it for it in catalogue.intents if not it.is_request and not it.words]
    intent = next(reversed(general if about else nothing), None)
    trust = GUESS if about else NOTHING_NAMED
    return Vote("rules", intent.name, trust) if intent else None


@lru_cache(maxsize=32)
def _words(intents: tuple[Intent, ...]) -> Terms:
    return Terms((word, intent.name) for intent in intents for word in intent.words)


@lru_cache(maxsize=32)
def _keywords(words: tuple[str, ...]) -> Terms:
    return Terms((word, word) for word in words)
