"""What staff do with a training run: start it, cancel it, delete it."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django_q.tasks import async_task

from core import audit, llm
from core.errors import Conflict, ModelRefused, NotFound, Refusal
from core.models import Domain
from finetune import (
    budgets,
    datasets,
    estimates,
    leases,
    news,
    parameters,
    pauses,
    remote,
    submission,
)
from finetune.curation import MINIMUM
from finetune.models import (
    Activation,
    FineTuningJob,
    JobStatus,
    Method,
    Part,
    ProviderFile,
    Step,
)
from finetune.submission import submit

__all__ = [
    "cancel",
    "checked",
    "delete",
    "delete_all",
    "queue",
    "refresh",
    "start",
    "submit",
]

DATED = {"gpt-4o": "gpt-4o-2024-08-06"}  # what the provider trains under that name
ASK_LEASE = 30  # seconds


def start(domain: Domain, *, by: str, **wanted: Any) -> FineTuningJob:
    """Record a job on a prepared file and queue its submission: :func:`checked`, :func:`queue`.

    ``wanted`` is what :func:`checked` takes. Raises what they raise.
    """
    return queue(checked(domain, by=by, **wanted), by=by)


def checked(
    domain: Domain,
    *,
    file_id: str,
    base_model: str = "",
    epochs: int | None = None,
    learning_rate: float | None = None,
    method: str = "",
    options: Mapping[str, Any] | None = None,
    by: str,
) -> FineTuningJob:
    """A job on a prepared file, not stored yet, with its estimate; its provider was asked.

    ``base_model`` is the domain's by default; ``provider:model`` trains at another provider than
    the one that holds the file. ``learning_rate`` is a multiplier of the provider's own,
    ``method`` that of the file by default, and ``options`` are :mod:`finetune.parameters`. Nothing
    is uploaded or paid before every check has passed:

    - :class:`NotFound`: the file is not one of the domain's;
    - :class:`Invalid`: a number is out of bounds, or an option does not exist;
    - :class:`Refusal`: the provider does not train, or not this base, or no longer; the method
      finds too little to learn from; or a person in the data took their consent back;
    - :class:`Conflict`: the provider waits for a person to pay;
    - :class:`ModelUnavailable`: the provider is down.
    """
    file = _prepared(domain, file_id)
    learns_by = method or file.method
    chosen = dict(options or {})
    parameters.refuse_bad(epochs, learning_rate, chosen, dpo=learns_by == Method.DPO)
    provider, base = llm.split_model(base_model or domain.base_model, default=file.provider)
    base = DATED.get(base, base)
    datasets.refuse_untrained(provider)
    pauses.refuse_paused(provider)
    found = estimates.estimate(
        file.dataset, provider, base, epochs=epochs, method=learns_by, options=chosen
    )
    _refuse_few(found.examples)
    datasets.refuse_withdrawn(file.dataset)
    job = FineTuningJob(
        domain=domain,
        dataset=file.dataset,
        provider=provider,
        base_model=base,
        training_file=file.file_id,
        total_conversations=file.dataset.items.count(),
        method=learns_by,
        epochs=epochs,
        learning_rate=learning_rate,
        parameters=chosen,
        params_hash=parameters.fingerprint(epochs, learning_rate, chosen),
        estimate=found.as_json(),
        reserved=found.cost,
        created_by=by,
    )
    job.openai_job_id = job.run_name
    return job


def queue(job: FineTuningJob, *, by: str) -> FineTuningJob:
    """Store a :func:`checked` job and queue its submission: both happen, or neither does.

    What it is estimated to cost is reserved with it. Raises :class:`Conflict` when this very
    training is under way, and :class:`~finetune.budgets.OverBudget`.
    """
    same = FineTuningJob.objects.live().filter(
        dataset=job.dataset,
        provider=job.provider,
        base_model=job.base_model,
        method=job.method,
        params_hash=job.params_hash,
    )
    busy = Conflict(
        "Ya hay un entrenamiento en marcha con estos datos, este modelo base y estos parámetros.",
        code="job_exists",
        modelo_base=job.base_model,
    )
    if same.exists():
        raise busy
    try:
        with transaction.atomic():
            budgets.reserve(job)
            job.save(force_insert=True)
            async_task("finetune.tasks.submit_job", job.pk)
            audit.record("job_started", job, by=by, base_model=job.base_model)
    except IntegrityError as error:  # two clicks at the same moment: the database lets one pass
        raise busy from error
    return job


def refresh(job: FineTuningJob, *, spacing: float = 0) -> bool:
    """Ask the provider about ``job`` and write down the answer; return whether it moved.

    Nothing happens when it has ended, when another is asking, when it was asked about less than
    ``spacing`` seconds ago, or while the provider wants to be left alone.
    """
    if job.step != Step.SUBMITTED:
        with leases.held(job, seconds=submission.LEASE_SECONDS, spacing=spacing) as mine:
            return mine and submission.settle(job)
    if pauses.waits(job.provider):
        return False
    with leases.held(job, seconds=ASK_LEASE, spacing=spacing) as mine, pauses.noted(job.provider):
        return mine and news.ask(job)


def cancel(job: FineTuningJob, *, by: str) -> FineTuningJob:
    """End a live job, at its provider too.

    Raises :class:`Refusal` for one that has ended, and :class:`Conflict` while nobody knows
    whether the provider has it.
    """
    job.refresh_from_db()
    _refuse_ended(job)
    if job.step == Step.SUBMITTED:
        _cancel_there(job)
    else:
        _cancel_here(job)
    audit.record("job_cancel_asked", job, by=by)
    return job


def delete(job: FineTuningJob, *, by: str) -> None:
    """Delete an ended job with its events, its model and that model's evaluations.

    A job whose model answers, or once answered, stays: the history of what people were told, and
    the way back to that model, hang on it. What the provider holds is not touched.
    """
    job.refresh_from_db()
    if job.is_live:
        raise Refusal("El entrenamiento no ha terminado; cancélelo primero.", code="job_live")
    with transaction.atomic():
        Domain.objects.select_for_update(no_key=True).get(pk=job.domain_id)  # as activations do
        if Activation.objects.filter(model__job=job).exists():
            raise Refusal(
                "El modelo de este entrenamiento está o estuvo activo; su historia se conserva.",
                code="model_was_active",
            )
        audit.record("job_deleted", job, by=by, status=job.status)
        if hasattr(job, "model"):
            job.model.delete()
        job.delete()


def delete_all(domain: Domain, *, only_failed: bool = False, by: str) -> int:
    """Delete the domain's ended jobs (or the failed and cancelled ones); return how many.

    Those that :func:`delete` refuses stay.
    """
    used = Activation.objects.filter(model__job=OuterRef("pk"))
    jobs = FineTuningJob.objects.ended().filter(~Exists(used), domain=domain)
    if only_failed:
        jobs = jobs.exclude(status=JobStatus.SUCCEEDED)
    chosen = list(jobs.select_related("domain", "model"))
    for job in chosen:
        delete(job, by=by)
    return len(chosen)


def _prepared(domain: Domain, file_id: str) -> ProviderFile:
    files = ProviderFile.objects.filter(dataset__domain=domain, part=Part.TRAIN, file_id=file_id)
    found = files.select_related("dataset__domain").first()
    if found is None:
        raise NotFound("No existe ese archivo preparado.", archivo_id="not_found")
    return found


def _refuse_few(examples: int) -> None:
    """Of preferences a version holds fewer than of examples."""
    if examples < MINIMUM:
        raise Refusal(
            f"Hay {examples} ejemplos de los que este método aprende y hacen falta {MINIMUM}.",
            code="not_enough_examples",
            minimo=MINIMUM,
            listas=examples,
            faltan=MINIMUM - examples,
        )


def _refuse_ended(job: FineTuningJob) -> None:
    if not job.is_live:
        raise Refusal(
            f"El entrenamiento ya terminó: {job.get_status_display().lower()}.",
            code="job_ended",
            estado=job.status,
        )


def _cancel_there(job: FineTuningJob) -> None:
    try:
        found = remote.cancel(job.provider, job.openai_job_id)
        with suppress(Refusal):  # an ended job is not asked again: take its last words now
            news.keep_events(job)
        news.record(job, found)
    except ModelRefused:
        # It ended, or vanished, since we last asked. What really happened is what counts.
        with suppress(ModelRefused):
            news.ask(job)
        _refuse_ended(job)
        raise


def _cancel_here(job: FineTuningJob) -> None:
    """Cancel a job that is not known to be at its provider: once that is certain, either way."""
    with leases.held(job, seconds=submission.LEASE_SECONDS) as mine:
        if not mine:
            raise Conflict("El entrenamiento se está enviando; pruebe en un momento.", id=str(job))
        found = submission.look_up(job) if job.step == Step.SUBMITTING else None
        if found:
            news.record(job, found)
            _cancel_there(job)
        elif submission.is_settling(job):
            raise Conflict(
                "Aún no se sabe si el proveedor recibió el envío; pruebe en dos minutos.",
                id=str(job),
            )
        else:
            news.end(job, JobStatus.CANCELLED)
