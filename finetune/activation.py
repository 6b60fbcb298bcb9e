"""Which trained model answers in a domain: at most one, with its history."""

from django.db import transaction
from django.utils import timezone

from core import audit
from core.errors import NotFound, Refusal
from core.models import Domain, Setting
from finetune.models import Activation, FineTuningJob, JobStatus, TrainedModel

CATEGORY = "AI"
TUNED, IN_USE = "modelo_fine_tuned", "modelo"  # the documents' settings (requirements, 2.2)


def active(domain: Domain) -> TrainedModel | None:
    """The trained model that answers in ``domain`` now, with its prompt."""
    now = domain.activations.current()
    found = now.select_related("model__prompt", "model__job").first()
    return found.model if found else None


def model_named(domain: Domain, name: str) -> TrainedModel:
    """The domain's trained model ``name``.

    Raises :class:`Refusal` when the job of that name or model did not succeed, and
    :class:`NotFound` for anything else.
    """
    found = TrainedModel.objects.filter(domain=domain, name=name).first()
    if found:
        return found
    jobs = FineTuningJob.objects.filter(domain=domain)
    unfinished = jobs.filter(trained_model=name) | jobs.named(name)
    if job := unfinished.exclude(status=JobStatus.SUCCEEDED).first():
        raise _not_succeeded(job)
    raise NotFound("No existe ese modelo entrenado.", modelo_id="not_found")


@transaction.atomic
def activate(model: TrainedModel, *, by: str) -> Activation:
    """Let ``model`` answer from now on in its domain; the one before it is retired, not forgotten.

    Going back is activating the earlier one again. Activating the active one changes nothing.
    Raises :class:`Refusal` when its job did not succeed.
    """
    if model.job.status != JobStatus.SUCCEEDED:
        raise _not_succeeded(model.job)
    domain = _locked(model.domain)
    current = domain.activations.current().first()
    if current and current.model_id == model.pk:
        return current
    _retire(domain)
    chosen = Activation.objects.create(domain=domain, model=model, activated_by=by)
    _write_settings(domain, tuned=model.name, in_use=model.name)
    before = current.model_id if current else None
    audit.record("model_activated", model, by=by, before=before)
    return chosen


@transaction.atomic
def deactivate(domain: Domain, *, by: str) -> bool:
    """Let no trained model answer in ``domain``; return whether one did."""
    domain = _locked(domain)
    model = active(domain)
    if model is None:
        return False
    _retire(domain)
    _write_settings(domain, tuned="", in_use=domain.answer_model)
    audit.record("model_deactivated", model, by=by)
    return True


def _locked(domain: Domain) -> Domain:
    return Domain.objects.select_for_update(no_key=True).get(pk=domain.pk)


def _retire(domain: Domain) -> None:
    domain.activations.current().update(retired_at=timezone.now())


def _write_settings(domain: Domain, *, tuned: str, in_use: str) -> None:
    for key, value in ((TUNED, tuned), (IN_USE, in_use)):
        Setting.objects.update_or_create(
            category=CATEGORY, subcategory=domain.slug, key=key, defaults={"value": value}
        )


def _not_succeeded(job: FineTuningJob) -> Refusal:
    return Refusal(
        f"El entrenamiento no terminó bien: {job.get_status_display().lower()}.",
        code="job_not_succeeded",
        estado=job.status,
    )
