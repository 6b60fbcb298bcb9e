"""The vector of a question: filled once, behind the scenes, and asked for the nearest."""

import time

from django.db.models import QuerySet
from pgvector.django import CosineDistance

from conversations.models import Conversation
from core import llm

BATCH = 32
SECONDS = 60  # a task's share: the queue ends a task after 120


def fill(*, limit: int) -> int:
    """Embed up to ``limit`` questions that have no vector yet; return how many were.

    The network is asked outside of any transaction. A text edited meanwhile keeps no vector of
    its old wording: the update asks for the same hash.
    """
    done, started = 0, time.monotonic()
    while done < limit and time.monotonic() - started < SECONDS:
        waiting = Conversation.objects.filter(embedding=None).order_by("pk")
        batch = list(waiting.values_list("pk", "question", "question_hash")[:BATCH])
        if not batch:
            break
        vectors = llm.embed([question for _, question, _ in batch])
        model = llm.embedding_model()
        for (pk, _, question_hash), vector in zip(batch, vectors, strict=True):
            unchanged = Conversation.objects.filter(pk=pk, question_hash=question_hash)
            done += unchanged.update(embedding=vector, embedding_model=model)
    return done


def nearest(
    rows: QuerySet[Conversation], vector: list[float], *, limit: int
) -> list[tuple[Conversation, float]]:
    """The ``limit`` closest of ``rows``, each with its cosine (0 to 1), closest first.

    Only vectors of the embedder in use are compared.
    """
    same_model = rows.filter(embedding_model=llm.embedding_model(), embedding__isnull=False)
    found = same_model.annotate(distance=CosineDistance("embedding", vector))
    return [(row, 1 - row.distance) for row in found.order_by("distance")[:limit]]
