"""A person's wish that a model answers, and a second person's word where it takes two."""

from django.db import transaction
from django.utils import timezone

from core import audit
from core.errors import Conflict, NotFound, Refusal
from core.models import Domain
from finetune import gate
from finetune.activation.switch import locked, put_in_service
from finetune.models import (
    Activation,
    ActivationRequest,
    FineTuningJob,
    JobStatus,
    TrainedModel,
)


class SecondPersonNeeded(Conflict):
    """It is asked for now; another person has to agree."""

    code = "second_person_needed"


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


def activate(model: TrainedModel, *, by: str, reason: str = "", force: bool = False) -> Activation:
    """Let ``model`` answer from now on in its domain; the one before it is retired, not forgotten.

    The gate says what that takes (:mod:`finetune.gate`). Activating the active one changes
    nothing. Raises :class:`Conflict` with the numbers when it is refused, and
    :class:`SecondPersonNeeded` when another person has to agree: then the request is kept, and the
    second person's :func:`approve`, or their own call of this, activates.
    """
    if model.job.status != JobStatus.SUCCEEDED:
        raise _not_succeeded(model.job)
    with transaction.atomic():
        done = _activate_or_ask(model, by=by, reason=reason.strip(), force=force)
    if isinstance(done, ActivationRequest):
        raise SecondPersonNeeded(
            "La petición queda guardada: otra persona tiene que aprobarla.",
            peticion=done.pk,
            pedida_por=done.asked_by,
        )
    return done


@transaction.atomic
def approve(request: ActivationRequest, *, by: str) -> Activation:
    """Agree, as the second person, to an activation, which happens at once.

    Raises :class:`Conflict` when it was decided already, when ``by`` is who asked for it, or when
    the gate has closed since.
    """
    domain = locked(request.model.domain)
    request.refresh_from_db()
    _refuse_decided(request)
    if request.asked_by == by:
        raise Conflict("Quien la pide no la aprueba: hace falta otra persona.", code="same_person")
    found = gate.standing(request.model)
    gate.refuse(found, reason=request.reason, force=request.forced)
    _decide(request, by=by, granted=True)
    return put_in_service(
        domain,
        request.model,
        by=request.asked_by,
        approved_by=by,
        verdict=found.verdict,
        forced=found.needs_force,
        reason=request.reason,
    )


@transaction.atomic
def decline(request: ActivationRequest, *, by: str) -> None:
    """Say no to an activation that somebody asked for; who asked may take it back so, too."""
    locked(request.model.domain)
    request.refresh_from_db()
    _refuse_decided(request)
    _decide(request, by=by, granted=False)


def _activate_or_ask(
    model: TrainedModel, *, by: str, reason: str, force: bool
) -> Activation | ActivationRequest:
    domain = locked(model.domain)
    current = domain.activations.current().filter(model=model).first()
    if current:
        return current
    found = gate.standing(model)
    asked = model.requests.filter(decided_at=None).first()
    if asked and asked.asked_by != by and (force or not found.needs_force):
        return approve(asked, by=by)
    gate.refuse(found, reason=reason, force=force)
    if found.needs_second:
        return asked or _ask(found, by=by, reason=reason)
    return put_in_service(domain, model, by=by, verdict=found.verdict, reason=reason)


def _ask(found: gate.Standing, *, by: str, reason: str) -> ActivationRequest:
    request = ActivationRequest.objects.create(
        model=found.model,
        verdict=found.verdict,
        forced=found.needs_force,
        reason=reason,
        asked_by=by,
    )
    audit.record("activation_asked", found.model, by=by, veredicto=found.verdict.value)
    return request


def _refuse_decided(request: ActivationRequest) -> None:
    if request.decided_at:
        raise Conflict("Esa petición ya está decidida.", code="request_decided")


def _decide(request: ActivationRequest, *, by: str, granted: bool) -> None:
    request.decided_by, request.decided_at, request.granted = by, timezone.now(), granted
    request.save(update_fields=["decided_by", "decided_at", "granted"])
    action = "activation_approved" if granted else "activation_declined"
    audit.record(action, request.model, by=by, pedida_por=request.asked_by)


def _not_succeeded(job: FineTuningJob) -> Refusal:
    return Refusal(
        f"El entrenamiento no terminó bien: {job.get_status_display().lower()}.",
        code="job_not_succeeded",
        estado=job.status,
    )
