"""One row for each message that is answered: its steps, its cost, and none of its words."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from conversations.models import Person
from core.models import Domain
from rag import budgets
from rag.models import Chunk, Turn

OPEN = "open"  # the source of a turn whose answer is being made
LINKED = timedelta(hours=24)  # at least: the budget of a day is counted by person


class Trail:
    """What happens to one message, step by step: facts, never words.

    ``tokens`` is what models took so far, also for answers that nobody gets.
    """

    def __init__(self) -> None:
        self.steps: list[dict[str, Any]] = []
        self.tokens = 0
        self._started = time.monotonic()

    def add(self, step: str, **facts: Any) -> None:
        at = timezone.now().isoformat(timespec="milliseconds")
        self.steps.append({"step": step, "at": at, **facts})

    @property
    def milliseconds(self) -> int:
        return round((time.monotonic() - self._started) * 1000)


@transaction.atomic
def begin(
    domain: Domain, *, person: Person | None, user: User | None, channel: str, tokens: int
) -> Turn:
    """A turn that counts as failed, and as ``tokens`` spent, until :func:`end`.

    Raises :class:`rag.budgets.OverBudget`.
    """
    budgets.refuse_over(domain, person=person, user=None if person else user)
    return Turn.objects.create(
        domain=domain,
        person=person,
        user=None if person else user,
        channel=channel,
        source=OPEN,
        tokens=tokens,
        failed=True,
    )


def end(turn: Turn, trail: Trail, *, chunks: Iterable[int] = (), **facts: Any) -> None:
    """Write down what became of a turn: its steps, what it took, and ``facts``."""
    told = {"steps": trail.steps, "tokens": trail.tokens, "milliseconds": trail.milliseconds}
    for name, value in (told | facts).items():
        setattr(turn, name, value)
    turn.save(update_fields=[*told, *facts])
    turn.chunks.set(Chunk.objects.filter(pk__in=list(chunks)))  # some may be gone meanwhile


def unlink(person: Person) -> int:
    """Take ``person`` from their turns; how many. Those of today count for their budget, and wait
    for :func:`unlink_old`."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return Turn.objects.filter(person=person, at__lt=today).update(person=None)


def unlink_old() -> int:
    """Take people from the turns whose dialogue is over, whatever they consented to; how many.

    Where they agreed that it is kept, the conversation says who it was.
    """
    now, done = timezone.now(), 0
    for hours, pk in Domain.objects.values_list("thread_hours", "pk"):
        before = now - max(timedelta(hours=hours), LINKED)
        old = Q(domain=pk, at__lt=before, person__isnull=False)
        done += Turn.objects.filter(old).update(person=None)
    return done
