"""The switch between models: one answers in a domain at every moment, or none."""

from django.db import transaction
from django.utils import timezone

from core import audit
from core.models import Domain, Setting
from finetune.evaluation import in_service
from finetune.models import Activation, TrainedModel, Verdict

CATEGORY = "AI"
TUNED, IN_USE = "modelo_fine_tuned", "modelo"  # the documents' settings (requirements, 2.2)


def active(domain: Domain) -> TrainedModel | None:
    """The trained model that answers in ``domain`` now, with its prompt."""
    return in_service(domain)


@transaction.atomic
def deactivate(domain: Domain, *, by: str) -> bool:
    """Let no trained model answer in ``domain``; return whether one did."""
    domain = locked(domain)
    model = active(domain)
    if model is None:
        return False
    _retire(domain)
    _write_settings(domain, tuned="", in_use=domain.answer_model)
    audit.record("model_deactivated", model, by=by)
    return True


def put_in_service(
    domain: Domain,
    model: TrainedModel,
    *,
    by: str,
    verdict: Verdict,
    reason: str,
    forced: bool = False,
    approved_by: str = "",
) -> Activation:
    """The switch itself: the domain is locked, so that there is one model at every moment."""
    current = domain.activations.current().first()
    _retire(domain)
    chosen = Activation.objects.create(
        domain=domain,
        model=model,
        activated_by=by,
        approved_by=approved_by,
        verdict=verdict,
        forced=forced,
        reason=reason,
    )
    _write_settings(domain, tuned=model.name, in_use=model.name)
    audit.record(
        "model_activated",
        model,
        by=by,
        before=current.model_id if current else None,
        veredicto=verdict.value,
        aprobado_por=approved_by,
        forzado=forced,
    )
    return chosen


def locked(domain: Domain) -> Domain:
    return Domain.objects.select_for_update(no_key=True).get(pk=domain.pk)


def _retire(domain: Domain) -> None:
    domain.activations.current().update(retired_at=timezone.now())


def _write_settings(domain: Domain, *, tuned: str, in_use: str) -> None:
    for key, value in ((TUNED, tuned), (IN_USE, in_use)):
        Setting.objects.update_or_create(
            category=CATEGORY,
            subcategory=domain.slug,
            key=key,
            defaults={"value": value, "read_only": True},
        )
