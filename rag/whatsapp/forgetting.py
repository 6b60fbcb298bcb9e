"""What is kept of messages, and for how long: no longer than the dialogue they belong to."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from conversations.models import Person, Purpose
from core.models import Domain
from core.work import WorkState
from rag.models import Inbound, Outbound
from rag.models.deliveries import EXPIRED

REMEMBERED = timedelta(days=30)  # prints: a message is known again, a reaction finds its answer
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


def forget_old() -> tuple[int, int]:
    """Empty what nobody could bring to its end in the time that a dialogue lasts, and delete what
    is only a print and old; how many of each."""
    now = timezone.now()
    emptied = deleted = 0
    for model in (Inbound, Outbound):
        for pk, hours in Domain.objects.values_list("pk", "thread_hours"):
            late = model.objects.filter(domain=pk, at__lt=now - timedelta(hours=hours))
            left = late.exclude(sealed="")
            emptied += left.update(**_GONE, state=WorkState.DEAD, error=EXPIRED)
        deleted += model.objects.filter(at__lt=now - REMEMBERED).delete()[0]
    return emptied, deleted
