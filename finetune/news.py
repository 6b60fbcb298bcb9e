"""Writing down what a provider says about a job: its events, its state, the model it made."""

from django.db import transaction

from core import audit, llm
from core.errors import ModelRefused
from finetune import budgets, progress, remote
from finetune.models import FineTuningJob, JobEvent, JobStatus, Step, TrainedModel

UNEXPLAINED = "El proveedor no dijo por qué."


def ask(job: FineTuningJob) -> bool:
    """Bring a submitted ``job`` up to date; return whether its status changed.

    Its events come first, so that an ended job, which is never asked about again, has them all.
    A job that its provider does not know has failed.
    """
    try:
        found = remote.job(job.provider, job.openai_job_id)
        keep_events(job)
    except ModelRefused as refusal:
        if not remote.is_unknown(refusal):
            raise
        lost = f"El proveedor «{job.provider}» ya no conoce este entrenamiento."
        return end(job, JobStatus.FAILED, error=lost, surely=False)
    return record(job, found)


def keep_events(job: FineTuningJob) -> None:
    """Store the provider's events that we do not have, each once."""
    known = set(job.events.values_list("event_id", flat=True))
    fresh: list[remote.RemoteEvent] = []
    for page in remote.event_pages(job.provider, job.openai_job_id):
        unheard = [it for it in page if it.id not in known]
        if not unheard:
            break
        fresh += unheard
    rows = [
        JobEvent(
            job=job,
            event_id=it.id,
            at=it.at,
            level=it.level,
            kind=it.kind,
            message=it.message,
            data=it.data,
        )
        for it in reversed(fresh)  # they come newest first
    ]
    JobEvent.objects.bulk_create(rows, ignore_conflicts=True)


def record(job: FineTuningJob, found: remote.RemoteJob) -> bool:
    """Take over the state of ``found``, also for the first time; return whether it changed."""
    status = progress.status_of(found.status, trained_model=found.trained_model)
    demonstration = status == JobStatus.SUCCEEDED and _is_demonstration(job, found.trained_model)
    with transaction.atomic():
        moved = job.move_to(
            status,
            openai_job_id=found.id,
            step=Step.SUBMITTED,
            provider_status=found.status,
            progress=_progress(job, status),
            error=found.error or (UNEXPLAINED if status == JobStatus.FAILED else None),
            trained_model=found.trained_model or None,
            trained_tokens=found.trained_tokens,
        )
        if moved and status == JobStatus.SUCCEEDED:
            _keep_model(job, demonstration=demonstration)
        if moved and not job.is_live:
            budgets.settle(job)
            audit.record(f"job_{status}", job, by=job.provider)
    return moved


@transaction.atomic
def end(job: FineTuningJob, status: str, *, error: str | None = None, surely: bool = True) -> bool:
    """End a job by our own word, not its provider's; return whether its status changed.

    ``surely`` says whether it is certain that nothing was trained, and so nothing is to be paid.
    """
    moved = job.move_to(status, error=error)
    if moved:
        budgets.settle(job, surely=surely)
        audit.record(f"job_{status}", job, by="site")
    return moved


def _progress(job: FineTuningJob, status: str) -> float | None:
    if status == JobStatus.SUCCEEDED:
        return 100.0
    return progress.percentage(job.events.values_list("data", flat=True))


def _is_demonstration(job: FineTuningJob, name: str) -> bool:
    try:
        return llm.is_demonstration(job.provider, name)
    except ModelRefused:  # a provider need not list what it trained
        return False


def _keep_model(job: FineTuningJob, *, demonstration: bool) -> None:
    TrainedModel.objects.create(
        domain=job.domain,
        job=job,
        provider=job.provider,
        name=job.trained_model or "",
        base_model=job.base_model,
        prompt=job.dataset.prompt,
        demonstration=demonstration,
    )
