"""Leaving a provider alone when it asks for that, without a worker asleep (reliability, Q19).

"Too many requests" ends by itself at the moment that the provider named. An account without money
is not asked again, by whatever job, until a person says that it is paid.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from core import audit
from core.errors import Conflict, ModelUnavailable
from finetune import remote
from finetune.models import FineTuningJob, JobQuerySet, JobStatus, ProviderPause, Step

TOO_MANY = "too_many_requests"
SHORTEST = 1.0  # seconds
UNNAMED = 30.0  # where the provider does not say how long
LONGEST = 3600.0


@contextmanager
def noted(provider: str) -> Iterator[None]:
    """Write down that ``provider`` asked to be left alone; the failure goes on to the caller."""
    try:
        yield
    except remote.OutOfMoney as error:
        _stop(provider, error)
        raise
    except ModelUnavailable as error:
        if remote.is_too_many(error):
            _wait(provider, remote.wait_asked(error))
        raise


def current(provider: str) -> ProviderPause | None:
    """Why nothing is asked of ``provider`` now, if that is so."""
    return ProviderPause.objects.current().filter(provider=provider).first()


def waits(provider: str) -> bool:
    """Whether ``provider`` named a moment until which nothing is to be asked, for free or not."""
    return ProviderPause.objects.current().filter(provider=provider, until__isnull=False).exists()


def refuse_paused(provider: str) -> None:
    """Raise :class:`Conflict` while only a person can let ``provider`` go on."""
    pause = ProviderPause.objects.for_a_person().filter(provider=provider).first()
    if pause:
        raise Conflict(
            f"El proveedor «{provider}» está en pausa: {pause.message}",
            code="provider_paused",
            proveedor=provider,
            motivo=pause.code,
        )


@transaction.atomic
def resume(provider: str, *, by: str) -> bool:
    """Ask ``provider`` again: somebody saw to it. ``False`` when it was not paused."""
    pause = ProviderPause.objects.select_for_update().filter(provider=provider).first()
    if pause is None:
        return False
    audit.record("provider_resumed", pause, by=by, proveedor=provider)
    pause.delete()
    _unsent(provider).update(error=None)
    return True


def _wait(provider: str, seconds: float | None) -> None:
    """Leave it alone for so long; a pause that a person has to end stays one."""
    length = UNNAMED if seconds is None else min(max(seconds, SHORTEST), LONGEST)
    pause, new = ProviderPause.objects.get_or_create(
        provider=provider, defaults={"code": TOO_MANY, "until": Now() + timedelta(seconds=length)}
    )
    if not new:
        again = ProviderPause.objects.filter(pk=pause.pk, until__isnull=False)
        again.update(code=TOO_MANY, since=Now(), until=Now() + timedelta(seconds=length))


@transaction.atomic
def _stop(provider: str, error: remote.OutOfMoney) -> None:
    """Pause it until a person resumes; the first to find out writes the alert."""
    said = remote.flat_refusal(error)
    _unsent(provider).update(error=said)
    facts = {"code": error.code, "message": said[:300], "since": Now(), "until": None}
    pause, new = ProviderPause.objects.get_or_create(provider=provider, defaults=facts)
    ended_by_itself = ProviderPause.objects.filter(pk=pause.pk, until__isnull=False)
    if new or ended_by_itself.update(**facts):
        audit.record("provider_paused", pause, by=provider, proveedor=provider, motivo=error.code)


def _unsent(provider: str) -> JobQuerySet:
    """The jobs that wait for the provider."""
    waiting = FineTuningJob.objects.filter(provider=provider, status=JobStatus.PENDING)
    return waiting.exclude(step=Step.SUBMITTED)
