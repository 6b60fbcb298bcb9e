"""What a job's page shows: its state, its curve, its events and how its model did."""

from datetime import timedelta
from typing import Any

from django.db.models import Avg, Count
from django.utils import timezone
from django.utils.translation import gettext as _

from finetune import activation
from finetune.admin.curve import curve, series
from finetune.admin.evaluation_page import SIGNS
from finetune.admin.wording import event_said, status_said
from finetune.models import Evaluation, FineTuningJob, JobStatus, Variant, Verdict

BADGES = {
    JobStatus.PENDING: "info",
    JobStatus.RUNNING: "primary",
    JobStatus.SUCCEEDED: "success",
    JobStatus.FAILED: "danger",
    JobStatus.CANCELLED: "warning",
}
EVENTS = 100  # the newest that the page lists; the curve is drawn from all


def facts(job: FineTuningJob, *, base_demonstrates: bool) -> dict[str, Any]:
    """Everything the job's template needs, from our own tables only.

    Whether the base is one for demonstration, only its provider knows: the caller asks.
    """
    events = list(job.events.all())
    measured = [event.data for event in events]
    return {
        "badge": BADGES[JobStatus(job.status)],
        "elapsed": spoken((job.finished_at or timezone.now()) - job.created_at),
        "curve": curve(
            series(measured, "train_loss"), series(measured, "full_valid_loss", "valid_loss")
        ),
        "events": [(it, event_said(it.message, it.data)) for it in events[-EVENTS:][::-1]],
        "provider_says": status_said(job.provider_status),
        "settings": settings_of(job),
        "is_active": _is_active(job),
        "demonstration": job.model.demonstration if hasattr(job, "model") else base_demonstrates,
        "evaluation": evaluation_of(job),
    }


def spoken(span: timedelta) -> str:
    """A length of time as people say it.

    >>> spoken(timedelta(hours=1, minutes=2, seconds=3)), spoken(timedelta(seconds=42))
    ('1 h 2 min', '42 s')
    """
    minutes, seconds = divmod(max(int(span.total_seconds()), 0), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def settings_of(job: FineTuningJob) -> list[tuple[str, Any]]:
    """What the job was started with; nothing of it changes afterwards."""
    automatic = _("a elección del proveedor")
    return [
        (_("Modelo base"), job.base_model),
        (_("Proveedor"), job.provider),
        (_("Épocas"), job.epochs or automatic),
        (_("Multiplicador de aprendizaje"), job.learning_rate or automatic),
        (_("Método"), job.get_method_display()),
        *job.parameters.items(),
        (_("Conversaciones"), job.total_conversations or "–"),
        (_("Prompt"), f"v{job.dataset.prompt.number}"),
        (_("Archivo"), job.training_file or "–"),
        (_("Tokens entrenados"), _beside(job.estimate.get("tokens"), job.trained_tokens)),
        (_("Costo"), _beside(job.reserved, job.cost, job.estimate.get("currency") or "")),
        (_("Iniciado por"), job.created_by),
    ]


def _beside(estimated: Any, found: Any, unit: str = "") -> str:
    """An estimate and what became of it, as far as each is known."""
    if found is None:
        return _("%s estimado") % f"{estimated} {unit}".strip() if estimated is not None else "–"
    told = f"{found} {unit}".strip()
    return (
        told
        if estimated is None
        else _("%(found)s (se estimó %(estimated)s)")
        % {
            "found": told,
            "estimated": estimated,
        }
    )


def evaluation_of(job: FineTuningJob) -> dict[str, Any] | None:
    """The newest evaluation of the job's model: a row for each who answered, and the verdict."""
    found = Evaluation.objects.finished().filter(model__job=job).first()
    if found is None:
        return None
    scored = found.items.filter(passed=None).order_by().values("variant")
    rows = scored.annotate(
        questions=Count("pk"),
        chrf=Avg("chrf"),
        similarity=Avg("similarity"),
        milliseconds=Avg("milliseconds"),
    )
    by_variant = {row["variant"]: row for row in rows}
    return {
        "found": found,
        "sign": SIGNS[Verdict(found.verdict)],
        "rows": [(Variant(it).label, by_variant[it]) for it in Variant.values if it in by_variant],
    }


def _is_active(job: FineTuningJob) -> bool:
    return hasattr(job, "model") and activation.active(job.domain) == job.model
