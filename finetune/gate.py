"""Whether a trained model may answer people, and who has to agree to it (reliability, Q43).

Better: one person activates it. Not enough evidence: one person, with a reason. Worse: only with a
second person's agreement, a reason and on purpose. A site may ask for two people always.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from core.errors import Conflict
from finetune.evaluation import stale_because
from finetune.models import Evaluation, JobStatus, TrainedModel, Verdict

SOON = timedelta(days=30)
TOO_SOON = timedelta(days=1)  # reliability, Q16
NEVER = "Nadie ha evaluado este modelo todavía."


@dataclass(frozen=True)
class Standing:
    """Where a model stands at the gate now: the verdict, why, and what activating it takes."""

    model: TrainedModel
    evaluation: Evaluation | None
    verdict: Verdict
    reasons: list[str]
    refusals: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def needs_reason(self) -> bool:
        return self.verdict != Verdict.BETTER

    @property
    def needs_force(self) -> bool:
        return self.verdict == Verdict.WORSE

    @property
    def needs_second(self) -> bool:
        return self.needs_force or settings.ACTIVATION_NEEDS_TWO

    def as_json(self) -> dict[str, Any]:
        """What a refusal tells: the verdict, its sentences and the figures they stand on."""
        summary = self.evaluation.summary if self.evaluation else {}
        measure = summary.get("measure")
        differences = summary.get("differences", {})
        rivals = {rival: differences.get(rival, {}) for rival in summary.get("rivals", [])}
        return {
            "veredicto": self.verdict.value,
            "razones": self.reasons,
            "medida": measure,
            "diferencias": {rival: found.get(measure) for rival, found in rivals.items()},
            "pruebas_perdidas": len(summary.get("probes", {}).get("regressions", [])),
        }


def standing(model: TrainedModel) -> Standing:
    """Where ``model`` stands, by its newest evaluation that has ended.

    An evaluation that is stale proves nothing good any more; what it proved bad still holds.
    """
    evaluation = model.evaluations.finished().first()
    if evaluation is None:
        verdict, reasons = Verdict.UNCLEAR, [NEVER]
    else:
        verdict, reasons = verdict_of(evaluation)
    return Standing(
        model, evaluation, verdict, reasons, list(_refusals(model)), list(_warnings(model))
    )


def verdict_of(evaluation: Evaluation) -> tuple[Verdict, list[str]]:
    """What an evaluation that has ended says today, and why."""
    stale = stale_because(evaluation)
    verdict = Verdict(evaluation.verdict)
    if stale and verdict == Verdict.BETTER:
        verdict = Verdict.UNCLEAR
    return verdict, [*stale, *evaluation.reasons]


def refuse(found: Standing, *, reason: str, force: bool) -> None:
    """Raise :class:`Conflict`, with the numbers, where nobody may activate, or not like this."""
    if found.refusals:
        raise Conflict(" ".join(found.refusals), code="model_not_usable", **found.as_json())
    if found.needs_force and not force:
        raise Conflict(
            "La evaluación dice que este modelo es peor: no se activa. Para hacerlo de todos modos "
            "hacen falta un motivo, forzar y la aprobación de otra persona.",
            code="model_is_worse",
            **found.as_json(),
        )
    if found.needs_reason and not reason.strip():
        raise Conflict(
            "No hay evidencia suficiente de que este modelo sea mejor: escriba el motivo."
            if not found.needs_force
            else "Para activar un modelo que es peor hace falta un motivo.",
            code="reason_needed",
            **found.as_json(),
        )


def _refusals(model: TrainedModel) -> Iterator[str]:
    if model.job.status != JobStatus.SUCCEEDED:
        yield "Su entrenamiento no terminó bien."
    if model.gone_at:
        yield "Su proveedor ya no lo tiene."
    elif model.ends_on and model.ends_on < timezone.localdate() + TOO_SOON:
        yield f"Su proveedor lo retira el {model.ends_on:%d/%m/%Y}."


def _warnings(model: TrainedModel) -> Iterator[str]:
    if model.ends_on and model.ends_on < timezone.localdate() + SOON:
        yield f"Su proveedor lo retira el {model.ends_on:%d/%m/%Y}."
    if model.learnt_from_erased:
        yield "Aprendió de ejemplos de personas que después pidieron borrar lo suyo."
