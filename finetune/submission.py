"""Handing a job to its provider without ever paying twice (reliability, 1.4).

``submitting`` is written before the request that is paid. Whoever finds a job there does not know
whether that request arrived, so the provider is asked for the job's ``run_key`` first; only long
after a request, and after having looked, is it repeated. After two that the provider left without
an answer a person has to decide.
"""

import logging
from datetime import timedelta

from django.db.models import F
from django.db.models.functions import Now

from core import audit
from core.errors import ModelRefused, ModelUnavailable, Refusal
from finetune import datasets, leases, news, pauses, remote
from finetune.models import FineTuningJob, JobQuerySet, JobStatus, Part, ProviderFile, Step

logger = logging.getLogger(__name__)

LEASE_SECONDS = 150  # longer than the queue lets a task live
SETTLING = timedelta(seconds=120)  # how long a request may take to show up at the provider
MOST_ATTEMPTS = 4  # whatever cut them short: the provider, or our own end
MOST_UNANSWERED = 2
UNDECIDED = (
    "Los envíos quedaron sin respuesta y el proveedor no muestra este entrenamiento. "
    "Compruébelo en el proveedor antes de iniciar otro."
)


def submit(job: FineTuningJob) -> bool:
    """Make sure that the provider has ``job``, once; return whether its status changed.

    Doing it again finds nothing to do. What the provider refuses fails the job; when it cannot be
    reached the job stays where it is, for the poller.
    """
    with leases.held(job, seconds=LEASE_SECONDS) as mine:
        try:
            return mine and settle(job)
        except ModelUnavailable as error:
            logger.warning("Job %s is not at its provider yet: %s", job.pk, error)
            return False


def settle(job: FineTuningJob) -> bool:
    """:func:`submit` for who holds the job's lease; raises what the provider fails with.

    A provider that asked to be left alone is not asked anything.
    """
    if job.step == Step.SUBMITTED or pauses.current(job.provider):
        return False
    with pauses.noted(job.provider):
        return _settle(job)


def _settle(job: FineTuningJob) -> bool:
    try:
        found = look_up(job)
    except ModelRefused as refusal:
        if job.step == Step.SUBMITTING:
            raise  # it may well be there: to fail it would invite a second one
        return _fail(job, refusal)
    if found:
        return news.record(job, found)
    if is_settling(job):
        return False
    if job.attempts >= MOST_ATTEMPTS or job.unanswered >= MOST_UNANSWERED:
        return news.end(job, JobStatus.FAILED, error=UNDECIDED, surely=False)
    return _order(job)


def look_up(job: FineTuningJob) -> remote.RemoteJob | None:
    """The job at its provider, if it is there. Of two, the younger is cancelled and noted."""
    found = remote.find_jobs(job.provider, job.run_key)
    for extra in found[1:]:
        if extra.status not in ("succeeded", "failed", "cancelled"):
            remote.cancel(job.provider, extra.id)
            audit.record("job_duplicate_cancelled", job, by=job.provider, id=extra.id)
    return found[0] if found else None


def is_settling(job: FineTuningJob) -> bool:
    """Whether a request sent a moment ago may still become a job, by the database's clock."""
    return FineTuningJob.objects.filter(pk=job.pk, sent_at__gt=Now() - SETTLING).exists()


def _order(job: FineTuningJob) -> bool:
    """Send the request that is paid, having written down that it is about to be."""
    mine = FineTuningJob.objects.live().filter(pk=job.pk, lease_until=job.lease_until)
    try:
        datasets.refuse_untrained(job.provider)
        order = _order_of(job, datasets.upload(job.dataset, job.provider, method=job.method))
        if not mine.update(
            training_file=order.training_file,
            step=Step.SUBMITTING,
            attempts=F("attempts") + 1,
            sent_at=Now(),
        ):
            return False  # the lease ran out while the files were sent
        return news.record(job, _create(job, order, mine))
    except ModelUnavailable:
        raise
    except Refusal as refusal:
        return _fail(job, refusal)


def _create(job: FineTuningJob, order: remote.JobOrder, mine: JobQuerySet) -> remote.RemoteJob:
    """Send it, and count it where no answer came."""
    try:
        return remote.create_job(job.provider, order)
    except ModelUnavailable as error:
        if remote.is_too_many(error):  # turned away unread: it does not count
            mine.update(step=Step.QUEUED, attempts=F("attempts") - 1, sent_at=None)
        else:
            mine.update(unanswered=F("unanswered") + 1)
        raise


def _fail(job: FineTuningJob, refusal: Refusal) -> bool:
    return news.end(job, JobStatus.FAILED, error=remote.flat_refusal(refusal))


def _order_of(job: FineTuningJob, file: ProviderFile) -> remote.JobOrder:
    parts = job.dataset.files.filter(provider=job.provider, method=job.method)
    valid = parts.filter(part=Part.VALID).first()
    return remote.JobOrder(
        base_model=job.base_model,
        training_file=file.file_id,
        validation_file=valid.file_id if valid else "",
        run_key=job.run_key,
        dataset_sha256=job.dataset.sha256,
        suffix=job.domain.slug[:40],
        epochs=job.epochs,
        learning_rate=job.learning_rate,
        method=job.method,
        parameters=job.parameters,
    )
