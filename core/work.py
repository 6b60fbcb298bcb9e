"""Work that must be done once: rows that are claimed, under a lease, and counted at the claim.

A row says itself whether it waits, who holds it and until when, so a worker may die at any moment:
its lease runs out and another claims the row. The queue only rings the bell.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

MOST_CLAIMS = 5
PAUSE = timedelta(seconds=10)  # before another try, doubled each time
KILLED = "killed"  # what is known of work whose worker never came back


class WorkState(models.TextChoices):
    WAITING = "waiting", _("En espera")
    DONE = "done", _("Hecho")
    DEAD = "dead", _("Abandonado")


class WorkQuerySet(models.QuerySet[Any]):
    def waiting(self) -> Self:
        return self.filter(state=WorkState.WAITING)

    def dead(self) -> Self:
        return self.filter(state=WorkState.DEAD)

    def due(self) -> Self:
        """Waiting, its time come, and in nobody's hands; all by the database's clock."""
        free = Q(lease_until=None) | Q(lease_until__lt=Now())
        return self.waiting().filter(free, next_at__lte=Now())

    @transaction.atomic
    def claim(self, *, limit: int, seconds: float) -> list[Any]:
        """Take up to ``limit`` due rows, oldest first, for ``seconds``.

        Each claim counts as an attempt at once, so that work which kills its worker counts too.
        What was claimed :data:`MOST_CLAIMS` times without an end is buried instead. A row whose
        lease ran out may be the one that killed its worker, so it is taken alone: the rows that
        were claimed together with it do not die of it.
        """
        locked = self.due().select_for_update(skip_locked=True, of=("self",)).order_by("pk")
        left = locked.exclude(lease_until=None)
        self._bury(left.filter(attempts__gte=MOST_CLAIMS))
        chosen = _keys(left[:1]) or _keys(locked.filter(lease_until=None)[:limit])
        mine = self.model._default_manager.filter(pk__in=chosen)
        mine.update(attempts=F("attempts") + 1, lease_until=Now() + timedelta(seconds=seconds))
        return list(mine.order_by("pk"))

    def retry(self) -> int:
        """Give dead work another five tries; how many rows."""
        return self.dead().again()

    def again(self) -> int:
        """Have it done from the start, whatever became of it so far; how many rows.

        Whoever is at it finds out at the end that it is no longer theirs.
        """
        return self.update(
            state=WorkState.WAITING, attempts=0, next_at=Now(), lease_until=None, error=""
        )

    def _bury(self, worn: models.QuerySet[Any]) -> None:
        """The last claim of these rows ended with their worker, which could not say why."""
        rows = self.model._default_manager.filter(pk__in=_keys(worn))
        rows.update(state=WorkState.DEAD, lease_until=None, error=KILLED)


def _keys(rows: models.QuerySet[Any]) -> list[Any]:
    return list(rows.values_list("pk", flat=True))


class Work(models.Model):
    """Base of a table of work: one row for each thing to do.

    Whoever claimed a row owns it as long as ``lease_until`` is the moment that the claim wrote:
    :meth:`finish` and :meth:`fail` of a late worker change nothing and say so.
    """

    state = models.CharField(
        _("estado"), max_length=10, choices=WorkState.choices, default=WorkState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("intentos"), default=0)
    lease_until = models.DateTimeField(_("tomado hasta"), null=True, blank=True)
    next_at = models.DateTimeField(_("no antes de"), db_default=Now())
    error = models.CharField(_("último error"), max_length=300, blank=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        abstract = True

    def renew(self, seconds: float) -> bool:
        """Hold it for ``seconds`` from now on; ``False`` when the row is no longer ours."""
        mine = type(self)._default_manager.filter(pk=self.pk, lease_until=self.lease_until)
        if mine.update(lease_until=Now() + timedelta(seconds=seconds)) != 1:
            return False
        self.refresh_from_db(fields=["lease_until"])
        return True

    def finish(self) -> bool:
        """The work is done; ``False`` when the row is no longer ours: then undo what was done."""
        return self._end(state=WorkState.DONE, error="")

    def fail(self, error: str) -> bool:
        """It did not work: try again later, or never after the last attempt."""
        state = WorkState.DEAD if self.attempts >= MOST_CLAIMS else WorkState.WAITING
        pause = PAUSE * 2 ** max(0, self.attempts - 1)
        return self._end(state=state, error=error[:300], next_at=Now() + pause)

    def put_back(self, pause: timedelta = PAUSE) -> bool:
        """Not tried after all: whatever it needs is away. The attempt does not count."""
        return self._end(attempts=F("attempts") - 1, next_at=Now() + pause)

    def _end(self, **values: Any) -> bool:
        rows = type(self)._default_manager
        mine = rows.filter(pk=self.pk, state=WorkState.WAITING, lease_until=self.lease_until)
        return mine.update(lease_until=None, **values) == 1
