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
ONE_INTENT, MORE_INTENTS, COMPLETE, GUESS = 0.8, 0.65, 0.92, 0.65
MOST = 0.75  # of what an intent requires, for a guess without any of its words


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

    It is surest when all that the intent requires is there, less when words of other intents are,
    too, and least when a greeting is only how the text begins. Where no intent has a word in
    ``text`` there is a guess, if the list allows one.
    """
    said = tokens(text)
    matches = list(_words(catalogue.intents).find(text, said))
    named = {name for match in matches for name in match.values}
    requests = [it for it in catalogue.intents if it.name in named and it.is_request]
    others = [it for it in catalogue.intents if it.name in named and not it.is_request]
    if requests:
        trust = MORE_INTENTS if len(requests) > 1 else ONE_INTENT
        whole = requests[0].required and _covered(requests[0], found) == 1
        return Vote("rules", requests[0].name, COMPLETE if whole else trust)
    about = any(catalogue.field(it.kind) for it in found) or any(
        _keywords(catalogue.keywords).find(text, said)
    )
    if others and not about:
        mostly = 2 * sum(match.last - match.first for match in matches) >= len(said)
        return Vote("rules", others[0].name, ONE_INTENT if mostly else GUESS)
    return _guess(found, catalogue, about=about)


def _guess(found: Sequence[Entity], catalogue: Catalogue, *, about: bool) -> Vote | None:
    """What names most of what an intent requires asks for that; else the list's order helps.

    It goes from particular to general: its last request is for anything about the business, and
    the intent without words of its own for anything else.
    """
    requests = [it for it in catalogue.intents if it.is_request]
    nothing = [it for it in catalogue.intents if not it.is_request and not it.words]
    if not about:
        return Vote("rules", nothing[-1].name, GUESS) if nothing else None
    likely = [it for it in requests if it.required and _covered(it, found) >= MOST]
    likely = likely or [it for it in requests if not it.required][-1:]
    return Vote("rules", likely[0].name, GUESS) if likely else None


def _covered(intent: Intent, found: Sequence[Entity]) -> float:
    """The share of what ``intent`` requires that is said, and said once."""
    once = [len(entities.values(found, it)) == 1 for it in intent.required]
    return sum(once) / len(once)


@lru_cache(maxsize=32)
def _words(intents: tuple[Intent, ...]) -> Terms:
    return Terms((word, intent.name) for intent in intents for word in intent.words)


@lru_cache(maxsize=32)
def _keywords(words: tuple[str, ...]) -> Terms:
    return Terms((word, word) for word in words)
