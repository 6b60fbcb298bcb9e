"""The labeller that remembers: the nearest exchanges that a person labelled or approved."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from pgvector.django import CosineDistance

from conversations.labelling.votes import Vote
from conversations.models import Label, Review
from core import llm
from core.models import Domain

POOL = 5000  # the newest examples; more would not make a vote better, only later
NEIGHBOURS = 7
SHARPNESS = 25  # how fast an example loses weight with distance
NEVER_MORE = 0.93


class Example(NamedTuple):
    intent: str
    similarity: float


def reviewed(domain: Domain) -> QuerySet[Label]:
    """The current labels of ``domain`` that a person wrote, or read and approved; newest first."""
    seen = Review.objects.filter(
        conversation=OuterRef("conversation"),
        action=Review.Action.APPROVE,
        undone=False,
        at__gte=OuterRef("at"),
    )
    own = Label.objects.filter(conversation__domain=domain, current=True)
    return own.filter(~Q(by="") | Exists(seen)).order_by("-pk")


def nearest(
    pool: Sequence[int], vector: Sequence[float], *, besides: int | None = None
) -> list[Example]:
    """The labels of ``pool`` whose questions are nearest to ``vector``, nearest first.

    ``besides`` is the exchange that is being labelled: it is no example of itself. The distance
    is exact: an index over all exchanges would seldom meet the few that were reviewed.
    """
    rows = Label.objects.filter(
        pk__in=pool,
        conversation__embedding_model=llm.embedding_model(),
        conversation__embedding__isnull=False,
    ).exclude(conversation=besides)
    exact = rows.annotate(distance=CosineDistance("conversation__embedding", vector) + 0.0)
    found = exact.order_by("distance").values_list("intent", F("distance"))[:NEIGHBOURS]
    return [Example(intent, 1 - distance) for intent, distance in found]


def vote(examples: Sequence[Example]) -> Vote | None:
    """The intent of the nearest examples; each weighs the more the nearer it is."""
    if not examples:
        return None
    weights: dict[str, float] = defaultdict(float)
    for it in examples:
        weights[it.intent] += 2.0 ** (SHARPNESS * (it.similarity - 1))
    best = max(weights, key=lambda name: weights[name])
    share = weights[best] / (sum(weights.values()) + 0.1)
    return Vote("examples", best, min(share, NEVER_MORE))
