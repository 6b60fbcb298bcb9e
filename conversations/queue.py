"""The exchanges that wait to be processed, as a whole: how it goes with them, and emptying it."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, ExpressionWrapper, F, Max, Q, fields
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from conversations.models import Conversation, Processing, Stage
from core import audit
from core.errors import Conflict
from core.models import Domain
from core.work import WorkQuerySet, WorkState


@dataclass(frozen=True)
class Queue:
    """How many exchanges wait and were given up, and how long the most overdue one has waited."""

    waiting: int
    dead: int
    overdue: timedelta


def state_of(domain: Domain) -> Queue:
    """The queue of a domain, by the database's clock."""
    waiting = Q(state=WorkState.WAITING)
    late = ExpressionWrapper(Now() - F("next_at"), output_field=fields.DurationField())
    found = _unprocessed(domain).aggregate(
        waiting=Count("pk", filter=waiting),
        dead=Count("pk", filter=Q(state=WorkState.DEAD)),
        overdue=Max(late, filter=waiting),
    )
    none = timedelta()
    return Queue(found["waiting"], found["dead"], max(found["overdue"] or none, none))


@transaction.atomic
def empty(domain: Domain, *, confirmed: int, by: User) -> int:
    """Delete the exchanges that wait, for good, and write down how many; return that number.

    ``confirmed`` is the number that who asks was shown: raises :class:`Conflict` with the right
    one when it is another. What a worker has in its hands, what was rated meanwhile and what was
    given up stays (requirements, R093 and E30).
    """
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    waiting = _unprocessed(domain).filter(free, state=WorkState.WAITING)
    ours = waiting.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)
    rows = Conversation.objects.filter(pk__in=list(ours), stage=Stage.CAPTURED)
    ids = list(rows.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True))
    if confirmed != len(ids):
        why = _("Se borrarían %(n)s conversaciones en espera: confírmelo con ese número.")
        raise Conflict(why % {"n": len(ids)}, waiting=len(ids))
    rows.filter(pk__in=ids).delete()
    audit.record("queue_emptied", domain, by=by.get_username(), deleted=len(ids))
    return len(ids)


def _unprocessed(domain: Domain) -> WorkQuerySet:
    rows = Processing.objects.all()
    return rows.filter(conversation__domain=domain, conversation__stage=Stage.CAPTURED)
