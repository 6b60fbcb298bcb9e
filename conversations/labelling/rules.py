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
ONE_INTENT, MORE_INTENTS, COMPLETE, NOTHING_NAMED = 0.8, 0.65, 0.92, 0.65


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
    intents are, too. A text that names nothing of the business is of the intent that has no
    words of its own, if there is one ("other").
    """
    said = _words(catalogue.intents).find(text, tokens(text))
    named = {name for match in said for name in match.values}
    requests = [it for it in catalogue.intents if it.name in named and it.is_request]
    others = [it for it in catalogue.intents if it.name in named and not it.is_request]
    intent = next(iter(requests + others), None)
    if not intent:
        return None if found else _left_over(catalogue)
    present = all(len(entities.values(found, it)) == 1 for it in intent.required)
    trust = MORE_INTENTS if len(requests) > 1 else ONE_INTENT
    return Vote("rules", intent.name, COMPLETE if intent.required and present else trust)


def _left_over(catalogue: Catalogue) -> Vote | None:
    intent = next((it for it in catalogue.intents if not it.words and not it.is_request), None)
    return Vote("rules", intent.name, NOTHING_NAMED) if intent else None


@lru_cache(maxsize=32)
def _words(intents: tuple[Intent, ...]) -> Terms:
    return Terms((word, intent.name) for intent in intents for word in intent.words)
