"""One at a time: whoever talks to a provider about a job holds the job's lease meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now

from finetune.models import FineTuningJob


@contextmanager
def held(job: FineTuningJob, *, seconds: float, spacing: float = 0) -> Iterator[bool]:
    """Hold ``job`` for at most ``seconds``; yields whether it could be had, read again if so.

    It cannot be had when it has ended, when another holds it, or when it was last held less than
    ``spacing`` seconds ago. All by the database's clock. Who dies holding it only delays the rest.
    """
    free = FineTuningJob.objects.free_to_poll().filter(pk=job.pk)
    if spacing:
        rested = Q(asked_at=None) | Q(asked_at__lt=Now() - timedelta(seconds=spacing))
        free = free.filter(rested)
    mine = free.update(lease_until=Now() + timedelta(seconds=seconds), asked_at=Now()) == 1
    if not mine:
        yield False
        return
    job.refresh_from_db()
    own = FineTuningJob.objects.filter(pk=job.pk, lease_until=job.lease_until)
    try:
        yield True
    finally:
        own.update(lease_until=None)
