"""The labeller that remembers: what people decided about the messages that are most alike.

Each reviewed example pulls towards its own intent, the more the nearer it is; how strongly is what
tells the reviewed ones apart best (ridge regression on their vectors). How far to believe it is
measured on them, too: each is asked as if it were not there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Exists, OuterRef, Q, QuerySet

from conversations import calibration
from conversations.calibration import Calibration
from conversations.labelling.votes import Vote
from conversations.models import Conversation, Label, Review
from core import llm
from core.models import Domain

MOST = 2000  # the newest examples; more would not vote better, only later
STIFFNESS = 0.05  # how little one example alone may bend the vote
DOUBT = 0.5  # of what nobody has tested: until there are examples enough it hardly votes
WEIGHT = 4  # but each of the examples is a test, so that a few of them are enough


@dataclass(frozen=True)
class Memory:
    """The reviewed examples of a domain, ready to vote."""

    intents: tuple[str, ...]
    centre: Any
    pull: Any  # for each number of a vector, towards each intent
    usual: Any  # how common each intent is
    trusted: Calibration

    def vote(self, vector: Sequence[float]) -> Vote:
        """The intent that the examples pull ``vector`` to most."""
        scores = (np.asarray(vector) - self.centre) @ self.pull + self.usual
        best = int(scores.argmax())
        return Vote("examples", self.intents[best], self.trusted(_share(scores[best])))


def reviewed(domain: Domain) -> QuerySet[Label]:
    """The current labels of ``domain`` that a person wrote, or read and approved; newest first.

    What somebody said who took their consent back teaches nothing from that moment on.
    """
    seen = Review.objects.filter(
        conversation=OuterRef("conversation"),
        action=Review.Action.APPROVE,
        undone=False,
        at__gte=OuterRef("at"),
    )
    rows = Conversation.objects.filter(domain=domain).consented()
    own = Label.objects.filter(conversation__in=rows, current=True)
    return own.filter(~Q(by="") | Exists(seen)).order_by("-pk")


def remember(labels: QuerySet[Label]) -> Memory | None:
    """Learn from the newest of ``labels``; ``None`` where there is nothing to tell apart."""
    usable = labels.filter(
        conversation__embedding__isnull=False,
        conversation__embedding_model=llm.embedding_model(),
    )
    rows = usable.values_list("intent", "conversation__embedding")[:MOST]
    return learn((intent, list(vector)) for intent, vector in rows if vector is not None)


def learn(examples: Iterable[tuple[str, Sequence[float]]]) -> Memory | None:
    """A memory of intents, each with the vector of its message; ``None`` below two intents."""
    known = list(examples)
    intents = tuple(dict.fromkeys(intent for intent, _ in known))
    if len(intents) < 2:
        return None
    vectors = np.asarray([vector for _, vector in known])
    truth = np.asarray([[intent == it for it in intents] for intent, _ in known], dtype=float)
    centre, usual = vectors.mean(0), truth.mean(0)
    apart, wanted = vectors - centre, truth - usual
    inner = np.linalg.inv(apart.T @ apart + STIFFNESS * np.eye(apart.shape[1]))
    pull = inner @ apart.T @ wanted
    # What each would be told without itself follows from its own weight, without learning again.
    own = np.einsum("ij,jk,ik->i", apart, inner, apart)[:, None]
    alone = (apart @ pull - own * wanted) / (1 - own) + usual
    outcomes = [
        (_share(row[row.argmax()]), bool(right[row.argmax()]))
        for row, right in zip(alone, truth, strict=True)
    ]
    return Memory(
        intents, centre, pull, usual, calibration.fit(outcomes, doubt=DOUBT, weight=WEIGHT)
    )


def _share(score: Any) -> float:
    return float(min(max(score, 0.0), 1.0))
