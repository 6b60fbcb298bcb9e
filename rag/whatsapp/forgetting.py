"""What is kept of messages, and for how long: no longer than the dialogue they belong to."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from conversations.models import Person, Purpose
from core.models import Domain
from core.work import WorkState
from rag.models import Inbound, Outbound
from rag.models.deliveries import EXPIRED
from rag.turns import LINKED

REMEMBERED = timedelta(days=30)  # prints, by which a message that comes again is known
_GONE = {"sealed": "", "lease_until": None}


def forget(person: Person) -> int:
    """Empty what waits of ``person`` from before they withdrew, and what was done of theirs; how
    many rows. The reply to their "borrar mis datos", written with it, is still sent.
    """
    said = person.consents.filter(purpose=Purpose.TRAINING, granted=False).order_by("-at", "-pk")
    before = said.values_list("at", flat=True).first() or timezone.now()
    rows: list[QuerySet] = [
        model.objects.filter(person=person, at__lt=before) for model in (Inbound, Outbound)
    ]
    return sum(it.update(**_GONE, person=None, state=WorkState.DONE, error="") for it in rows)


def forget_old() -> tuple[int, int, int]:
    """Empty what nobody could bring to its end in the time that a dialogue lasts, take people from
    what is as old as a turn that forgets who asked, and delete old prints; how many of each.
    """
    counts = [0, 0, 0]
    for model in (Inbound, Outbound):
        for pk, hours in Domain.objects.values_list("pk", "thread_hours"):
            rows, open_for = model.objects.filter(domain=pk), timedelta(hours=hours)
            left = _before(rows, open_for).exclude(sealed="")
            counts[0] += left.update(**_GONE, state=WorkState.DEAD, error=EXPIRED)
            theirs = _before(rows, max(open_for, LINKED)).exclude(person=None)
            counts[1] += theirs.update(person=None)
        counts[2] += _before(model.objects.all(), REMEMBERED).delete()[0]
    return counts[0], counts[1], counts[2]


def _before(rows: QuerySet, age: timedelta) -> QuerySet:
    return rows.filter(at__lt=timezone.now() - age)
