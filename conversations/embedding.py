"""The vector of a question: filled once, behind the scenes, and asked for the nearest."""

import logging
import time
from collections.abc import Sequence

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Cast
from pgvector.django import CosineDistance, VectorField

from conversations.models import Conversation, ConversationQuerySet, Stage
from core import llm
from core.errors import ModelRefused, ModelUnavailable

logger = logging.getLogger(__name__)

BATCH = 32
SECONDS = 40  # a task comes every minute, and others want the queue too
# Those that wait get theirs with their label; those that hold nothing to learn from need none.
NOT_YET = (Stage.CAPTURED, Stage.SCREENED_OUT)
KEY_REFUSED = (401, 403)  # what a provider answers to everybody whose key is wrong


def fill(*, limit: int) -> int:
    """Embed up to about ``limit`` questions that have no vector of the embedder in use; return how
    many were.

    A question that the embedder refuses stays without one, and the name of who refused is kept:
    it is not asked again, another one is. Raises what the provider fails with when it answers
    nobody.
    """
    done, started = 0, time.monotonic()
    for waiting in (_without_vector(), _of_another_embedder()):
        last = 0
        while done < limit and time.monotonic() - started < SECONDS:
            rows = waiting.filter(pk__gt=last).order_by("pk")
            batch = list(rows.values_list("pk", "question", "question_hash")[:BATCH])
            if not batch:
                break
            last = batch[-1][0]
            done += _embed(batch)
    return done


def fill_one(conversation: Conversation) -> bool:
    """Embed a question at once, if it has no vector; whether it has one now.

    One that nobody can embed now gets it from :func:`fill`, with the next minute.
    """
    row = Conversation.objects.filter(pk=conversation.pk)
    if not (
        waiting := list(row.filter(embedding=None).values_list("pk", "question", "question_hash"))
    ):
        return row.exists()
    try:
        return bool(_embed(waiting))
    except (ModelUnavailable, ModelRefused) as error:
        logger.warning("No vector at once for a question: %s", error)
        return False


def vectors(texts: Sequence[str], *, model: str = "") -> list[list[float] | None]:
    """The vector of each text, by the model of questions or ``model``; none for one that the
    embedder refuses.

    Raises what the provider fails with when it answers nobody.
    """
    try:
        return [*llm.embed(texts, model=model)]
    except ModelRefused as refusal:
        if refusal.details.get("estado") in KEY_REFUSED:
            raise
        if len(texts) > 1:
            return [vector for text in texts for vector in vectors([text], model=model)]
        return [None]


def _without_vector() -> ConversationQuerySet:
    """Those that the embedder in use has not refused."""
    rows = Conversation.objects.filter(embedding=None).exclude(stage__in=NOT_YET)
    return rows.exclude(embedding_model=llm.embedding_model()).consented()


def _of_another_embedder() -> ConversationQuerySet:
    """In two halves: an index finds what is less and what is more, not what differs."""
    in_use = llm.embedding_model()
    others = Q(embedding_model__lt=in_use) | Q(embedding_model__gt=in_use)
    return Conversation.objects.filter(others, embedding__isnull=False).consented()


def _embed(batch: list[tuple[int, str, str]]) -> int:
    """Store the vectors of ``batch``; how many. The network is asked outside of any transaction.

    A text edited meanwhile keeps no vector of its old wording: the update asks for the same hash.
    """
    found = vectors([question for _, question, _ in batch])
    model, done = llm.embedding_model(), 0
    for (pk, _, question_hash), vector in zip(batch, found, strict=True):
        unchanged = Conversation.objects.filter(pk=pk, question_hash=question_hash)
        stored = unchanged.update(embedding=vector, embedding_model=model)
        if vector is None:
            logger.warning("The question of conversation %s got no vector: refused", pk)
        else:
            done += stored
    return done


def nearest(
    rows: QuerySet[Conversation], vector: list[float], *, limit: int
) -> list[tuple[Conversation, float]]:
    """The ``limit`` closest of ``rows``, each with its cosine (0 to 1), closest first.

    Only vectors of the embedder in use are compared.
    """
    same_model = rows.filter(embedding_model=llm.embedding_model(), embedding__isnull=False)
    column = Cast("embedding", VectorField(dimensions=len(vector)))
    measured = same_model.annotate(distance=CosineDistance(column, vector))
    found = list(measured.order_by("distance")[:limit])
    if len(found) < limit:
        # There are no more, or the index lost them among rows that are gone or filtered out: an
        # order that it cannot give is computed from the rows themselves, which then are few.
        found = list(measured.order_by(F("distance") + 0.0)[:limit])
    return [(row, 1 - row.distance) for row in found]
