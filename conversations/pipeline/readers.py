"""Looking at exchanges with all that is there to read them: the providers are asked here.

Nothing is written, and no transaction may be open: a provider takes its time.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from conversations import embedding, labelling
from conversations.entities import finder
from conversations.labelling import Context, Reading, model
from conversations.models import Conversation, Why
from conversations.screening import screen
from core import llm
from core.errors import Invalid, ModelRefused, ModelUnavailable, NoCapableModel
from core.models import Domain

logger = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=10)  # how long an exchange waits for a model that is away


@dataclass(frozen=True)
class Seen:
    """What was learned of an exchange besides its text; each part may be missing."""

    vector: list[float] | None = None
    answer: model.Answer | None = None
    model: str = ""


def read(conversation: Conversation) -> Reading:
    """Label one exchange again, as things stand now.

    Raises :class:`ModelUnavailable` while the domain's model is away.
    """
    known = labelling.context(conversation.domain, besides=conversation.pk)
    (seen,) = look([conversation], known)
    return interpret(conversation, known, seen)


def interpret(row: Conversation, known: Context, seen: Seen) -> Reading:
    """The label that follows from what was seen."""
    return labelling.read(row, known, vector=seen.vector, answer=seen.answer, asked=seen.model)


def look(rows: Sequence[Conversation], known: Context) -> list[Seen]:
    """What the embedder and the model say of exchanges of one domain, in one request each.

    Without an embedder, or with a model that refuses or only demonstrates, the rest must do.
    Raises :class:`ModelUnavailable` while a model that may help is away, unless one of the
    exchanges has waited for it longer than :data:`PATIENCE`.
    """
    vectors = _vectors(rows)
    try:
        name, answers = _ask(rows, known)
    except ModelUnavailable:
        if all(timezone.now() - row.updated_at < PATIENCE for row in rows):
            raise
        logger.warning("Labelled without the model of %s, which is away", rows[0].domain.slug)
        name, answers = "", [None] * len(rows)
    parts = zip(vectors, answers, strict=True)
    return [Seen(vector, answer, name) for vector, answer in parts]


def screened(row: Conversation, known: Context) -> Why | None:
    """Why an exchange holds nothing to learn from, by the lists of its domain."""
    lists, found = row.domain.texts, finder(known.catalogue).find(row.question)
    keywords = _strings(lists.get("keywords"))
    if keywords:  # whoever asks for something in an intent's words makes a clear request, too
        asking = (it.words for it in known.catalogue.intents if it.is_request)
        keywords += [word for words in asking for word in words]
    greetings = _strings(lists.get("greetings"))
    why = screen(row.question, greetings=greetings, keywords=keywords, has_entity=bool(found))
    return Why(why) if why else None


def _strings(given: object) -> list[str]:
    return [it for it in given if isinstance(it, str)] if isinstance(given, list) else []


def _vectors(rows: Sequence[Conversation]) -> list[list[float] | None]:
    """The vector of each question; those that are stored already are not asked for again."""
    in_use = llm.embedding_model()
    stored = {
        row.pk: list(row.embedding)
        for row in rows
        if row.embedding is not None and row.embedding_model == in_use
    }
    asked = [row for row in rows if row.pk not in stored]
    try:
        found = embedding.vectors([row.question for row in asked])
    except (ModelUnavailable, ModelRefused) as error:
        logger.warning("Labelled without examples, for want of vectors: %s", error)
        found = [None] * len(asked)
    new = dict(zip((row.pk for row in asked), found, strict=True))
    return [stored.get(row.pk) or new.get(row.pk) for row in rows]


def _ask(rows: Sequence[Conversation], known: Context) -> tuple[str, Sequence[model.Answer | None]]:
    domain: Domain = rows[0].domain
    try:
        name = llm.capable(domain.help_provider)
        return name, model.ask(
            domain.help_provider, name, [row.question for row in rows], known.catalogue
        )
    except NoCapableModel:
        pass
    except (ModelRefused, Invalid) as refusal:  # or the environment knows no such provider now
        logger.warning("Labelled without the model of %s: %s", domain.slug, refusal)
    return "", [None] * len(rows)
