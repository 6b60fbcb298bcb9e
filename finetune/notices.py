"""A provider's calls to our webhook. They only ring: what happened, the provider is asked.

Whoever could forge or repeat one would gain nothing but a question to the provider; still, each is
checked, and taken once (reliability, 1.2 and Q20).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django_q.tasks import async_task

from core import llm
from core.errors import Conflict, NotFound, Refusal
from finetune.models import FineTuningJob, ProviderNotice

LONGEST_ID = 200
REMEMBERED = timedelta(days=1)  # a signature is too old after five minutes


def receive(provider: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Take a call of ``provider``; return whether a job of ours is asked about because of it.

    Raises :class:`NotFound` for a provider that signs nothing here, :class:`Refusal` for a
    signature that is wrong, too old or without a readable body, and :class:`Conflict` for a call
    that came before. Nothing is stored then.
    """
    if provider not in settings.LLM_PROVIDERS or not llm.provider(provider).webhook_secret:
        raise NotFound("No hay avisos de ese proveedor.", proveedor="not_found")
    said = llm.signed_notice(provider, body, headers)
    name = headers.get("webhook-id", "")
    if said is None or not 0 < len(name) <= LONGEST_ID:
        raise Refusal("La firma del aviso no es válida o caducó.", code="bad_signature")
    return _take(provider, name, said)


def forget() -> int:
    """Delete the notices that nobody can repeat any more; how many."""
    return ProviderNotice.objects.filter(at__lt=Now() - REMEMBERED).delete()[0]


@transaction.atomic
def _take(provider: str, name: str, said: dict[str, Any]) -> bool:
    kind = str(said.get("type", "")).replace("\0", "")[:60]
    _, new = ProviderNotice.objects.get_or_create(
        provider=provider, notice_id=name, defaults={"kind": kind}
    )
    if not new:
        raise Conflict("Ese aviso ya se recibió.", code="notice_repeated")
    data = said.get("data")
    about = data.get("id") if isinstance(data, dict) else None
    jobs = FineTuningJob.objects.live().filter(provider=provider, openai_job_id=str(about))
    job = jobs.first()
    if job:
        async_task("finetune.tasks.ask_job", job.pk)
    return job is not None
