"""Telling the queue that exchanges wait: the table is the truth, this only saves the minute."""

from collections.abc import Collection

from django.db import transaction
from django_q.tasks import async_task

from conversations.models import Processing


def ring(*, for_: Collection[int]) -> None:
    """Have the exchanges ``for_`` (their keys, just stored) processed soon after the commit.

    Whoever works on a queue goes on until it is empty, so where others wait already, nobody needs
    to be told. Should the last of those end at this moment, the minute's task comes.
    """
    if not Processing.objects.waiting().exclude(pk__in=for_).exists():
        transaction.on_commit(lambda: async_task("conversations.tasks.process_waiting"))
