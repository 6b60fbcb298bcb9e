"""Approved exchanges as passages: a question is compared with what was asked and answered.

Short questions in other words lie far from each other, and far from each other's neighbours, too;
the answer says what both were about (docs/adr/0017).
"""

import logging
import time
from collections.abc import Collection, Sequence

from django.conf import settings
from django.db.models import F, Q
from pgvector.django import CosineDistance

from conversations import embedding
from conversations.models import Conversation, ConversationQuerySet
from core.errors import ModelRefused, ModelUnavailable
from core.models import Domain
from rag import spaces
from rag.embedding import AT_ONCE, LONGEST, Vector, fingerprint
from rag.models import PairVector

logger = logging.getLogger(__name__)

SECONDS = 40  # a task comes every minute, and others want the queue too


def passage(row: Conversation) -> str:
    """What is embedded of an exchange."""
    return f"{row.question}\n{row.answer}"[:LONGEST]


def model() -> str:
    """The model that makes the vectors, of the provider that embeds questions."""
    return spaces.passage_model(settings.LLM_EMBEDDER)


def fill(*, limit: int) -> int:
    """Give about ``limit`` approved exchanges of all domains theirs, new or changed; how many got
    one.

    Raises what the provider fails with; what was made before stays.
    """
    done, started = 0, time.monotonic()
    for domain in Domain.objects.order_by("pk"):
        waiting = _waiting(domain)
        while done < limit and time.monotonic() - started < SECONDS:
            batch = list(waiting[:AT_ONCE])
            if not batch:
                break
            done += _embed(batch)
    return done


def fill_one(row: Conversation) -> None:
    """Have an approved exchange found at once: by its question, and by that with its answer.

    What nobody can embed now gets it with the next minute.
    """
    embedding.fill_one(row)
    try:
        _embed(list(Conversation.objects.filter(pk=row.pk)))
    except (ModelUnavailable, ModelRefused) as error:
        logger.warning("No vector at once for an exchange: %s", error)


def cosines(rows: Collection[int], vector: Vector) -> dict[int, float]:
    """How near a question's ``vector`` is to those of ``rows`` that have one, by exchange."""
    made = PairVector.objects.filter(pk__in=rows, model=model(), vector__isnull=False)
    measured = made.annotate(distance=CosineDistance("vector", vector))
    return {pk: 1 - far for pk, far in measured.values_list("pk", "distance")}


def _waiting(domain: Domain) -> ConversationQuerySet:
    approved = Conversation.objects.filter(domain=domain).ready(min_stars=domain.min_stars)
    fresh = Q(pair_vector__model=model(), pair_vector__checked_at__gte=F("updated_at"))
    return approved.exclude(fresh).order_by("pk")


def _embed(batch: Sequence[Conversation]) -> int:
    """Store what is missing; of an exchange whose words are the same only the check is noted."""
    name, prints = model(), {row.pk: fingerprint(passage(row)) for row in batch}
    known = PairVector.objects.filter(pk__in=prints, model=name).values_list("pk", "text_hash")
    same = {pk for pk, text_hash in known if prints[pk] == text_hash}
    new = [row for row in batch if row.pk not in same]
    vectors = embedding.vectors([passage(row) for row in new], model=name)
    for row, vector in zip(new, vectors, strict=True):
        _store(row, text_hash=prints[row.pk], model=name, vector=vector)
    for row in batch:
        PairVector.objects.filter(pk=row.pk).update(checked_at=row.updated_at)
    return len(new)


def _store(row: Conversation, **found: object) -> None:
    """One that was deleted meanwhile gets none."""
    if Conversation.objects.filter(pk=row.pk).exists():
        fields = found | {"checked_at": row.updated_at}
        PairVector.objects.update_or_create(conversation=row, defaults=fields)
