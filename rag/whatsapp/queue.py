"""Work with messages: one at a time for each person, in the order in which they came."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.db.models import Exists, OuterRef

from core.work import WorkQuerySet
from rag.models import Delivery
from rag.whatsapp import CHANNEL

SECONDS = 45  # a task comes every minute, and others want the queue too
LEASE = 150  # longer than the queue lets a task live

Row = TypeVar("Row", bound=Delivery)


def work_off(
    model: type[Row], handle: Callable[[Row], bool], *, seconds: float = SECONDS
) -> tuple[int, int]:
    """Have ``handle`` bring what is due to its end, begin nothing after ``seconds``; how many came
    to it, and how many did not.

    Several may run at once: each takes what no other has.
    """
    end, counts = time.monotonic() + seconds, {True: 0, False: 0}
    while time.monotonic() < end and (claimed := _in_turn(model).claim(limit=1, seconds=LEASE)):
        counts[handle(claimed[0])] += 1
    return counts[True], counts[False]


def _in_turn(model: type[Row]) -> WorkQuerySet:
    """Without those of a person of whom an earlier one waits."""
    rows = model.objects.filter(channel=CHANNEL)
    earlier = rows.waiting().filter(person=OuterRef("person"), pk__lt=OuterRef("pk"))
    return rows.filter(~Exists(earlier))
