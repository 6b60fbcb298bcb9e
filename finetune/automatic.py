"""Preparing and starting a training by itself, where a person turned that on (R173, D12).

It never comes as a surprise: it is announced ``wait_hours`` before, keeps to the domain's budget,
and whoever turns it off meanwhile stops it. Only the start is automatic; no model is activated.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import audit, llm
from core.errors import Conflict, ModelUnavailable, Refusal
from core.models import Domain
from finetune import curation, datasets, training
from finetune.models import AutoTraining, Budget, DatasetItem, FineTuningJob

logger = logging.getLogger(__name__)

BY = "automatic"
REASONS_AGAINST = (
    _("Cuesta dinero, o tiempo de esta máquina, cada vez, también cuando nadie lo necesita."),
    _("Nadie mira los ejemplos antes: lo que una persona no revisó también se aprende."),
    _("Nadie elige el modelo base ni los parámetros: se usan los del dominio."),
    _("Quien escribe mucho puede torcer lo que el bot aprende; a mano se nota antes."),
)
"""Why starting by hand is the better way, for the page where it is turned on (R174)."""


@transaction.atomic
def turn_on(domain: Domain, *, by: str) -> AutoTraining:
    """Let trainings of ``domain`` start by themselves from now on."""
    return _turn(domain, on=True, by=by)


@transaction.atomic
def turn_off(domain: Domain, *, by: str) -> AutoTraining:
    """Start nothing by itself any more, what was announced included."""
    return _turn(domain, on=False, by=by)


def starts_at(setting: AutoTraining) -> datetime | None:
    """When the announced training starts; ``None`` while none is announced."""
    if not (setting.enabled and setting.announced_at):
        return None
    return setting.announced_at + timedelta(hours=setting.wait_hours)


def go_on() -> str:
    """Announce what is due and start what was announced long enough ago, domain by domain."""
    settings = AutoTraining.objects.filter(enabled=True).select_related("domain")
    said = [f"{it.domain.slug}: {_step(it)}" for it in settings]
    return "; ".join(said) or "off everywhere"


def new_examples(domain: Domain) -> int:
    """How many conversations would enter a dataset that no training has learnt from."""
    learnt = DatasetItem.objects.filter(dataset__domain=domain, dataset__jobs__isnull=False)
    known = set(learnt.values_list("conversation", flat=True))
    return sum(row.pk not in known for row in curation.candidates(domain).kept)


def _turn(domain: Domain, *, on: bool, by: str) -> AutoTraining:
    setting, _made = AutoTraining.objects.select_for_update().get_or_create(domain=domain)
    setting.enabled, setting.announced_at = on, None
    setting.enabled_by = by if on else ""
    setting.save()
    audit.record("auto_training_on" if on else "auto_training_off", setting, by=by)
    return setting


def _step(setting: AutoTraining) -> str:
    if FineTuningJob.objects.live().filter(domain=setting.domain).exists():
        return "a training is under way"
    due = starts_at(setting)
    if due is None:
        return _announce(setting)
    return _start(setting) if due <= timezone.now() else "announced"


def _announce(setting: AutoTraining) -> str:
    found = new_examples(setting.domain)
    if found < setting.new_examples:
        return f"{found} new examples"
    mine = AutoTraining.objects.filter(pk=setting.pk, enabled=True, announced_at=None)
    if not mine.update(announced_at=Now()):
        return "nothing to do"
    audit.record(
        "auto_training_announced", setting, by=BY, ejemplos=found, horas=setting.wait_hours
    )
    return "announced"


def _start(setting: AutoTraining) -> str:
    """Start it, once; a refusal is written down, and the next step begins anew."""
    mine = AutoTraining.objects.filter(pk=setting.pk, enabled=True)
    if not mine.filter(announced_at=setting.announced_at).update(announced_at=None):
        return "nothing to do"  # turned off, or another worker has it
    try:
        job = _job(setting.domain)
    except ModelUnavailable as error:
        logger.warning("%s does not start by itself yet: %s", setting.domain.slug, error)
        mine.filter(announced_at=None).update(announced_at=setting.announced_at)
        return "the provider is away"
    except Refusal as refusal:
        audit.record("auto_training_refused", setting, by=BY, motivo=refusal.code)
        return f"refused: {refusal.code}"
    return f"started {job}"


def _job(domain: Domain) -> FineTuningJob:
    _dataset, file = datasets.prepare(domain, by=BY)
    job = training.checked(domain, file_id=file.file_id, by=BY)
    _refuse_unlimited(job)
    job.automatic = True
    return training.queue(job, by=BY)


def _refuse_unlimited(job: FineTuningJob) -> None:
    """What costs money starts by itself only within a budget."""
    costs = not llm.is_here(job.provider) if job.reserved is None else job.reserved > 0
    if costs and not Budget.objects.filter(domain=job.domain_id).exists():
        raise Conflict(
            "Sin un presupuesto del dominio no se inicia solo nada que cueste dinero.",
            code="budget_missing",
        )
