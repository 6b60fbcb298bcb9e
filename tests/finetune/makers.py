"""Rows of the training tests, by plain functions."""

from datetime import timedelta

from django.db.models.functions import Now
from django.utils import timezone

from finetune import datasets, evaluation, submission, training
from finetune.models import FineTuningJob, ProviderPause
from tests.factories import a_conversation


def examples(domain, number, **fields):
    return [a_conversation(domain, stars=5, **fields) for _ in range(number)]


def a_file(domain, number=12):
    """The uploaded training part of a dataset of ``number`` examples."""
    if not domain.conversations.exists():
        examples(domain, number)
    return datasets.prepare(domain, by="ana")[1]


def a_queued_job(domain, **fields):
    """A job that was started and that the queue has not touched."""
    return training.start(domain, file_id=a_file(domain).file_id, by="ana", **fields)


def a_submitted_job(domain, **fields):
    job = a_queued_job(domain, **fields)
    training.submit(job)
    job.refresh_from_db()
    return job


def settled(job):
    """The job again, long after its last request and after every wait that a provider asked for."""
    long_ago = Now() - submission.SETTLING - timedelta(seconds=1)
    FineTuningJob.objects.filter(pk=job.pk, sent_at__isnull=False).update(sent_at=long_ago)
    FineTuningJob.objects.filter(pk=job.pk).update(lease_until=None)
    ProviderPause.objects.filter(until__isnull=False).update(until=long_ago)
    job.refresh_from_db()
    return job


def a_trained_model(domain, provider, name="ft:base-model:test:bot:1", **fields):
    """The model of a job that its provider finished."""
    job = a_submitted_job(domain, **fields)
    provider.succeed(job.openai_job_id, name)
    training.refresh(job)
    return job.model


def an_evaluation(model, verdict="better", **fields):
    """An evaluation of today with this verdict, as the gate reads it."""
    serving = evaluation.in_service(model.domain)
    return model.evaluations.create(
        **{
            "domain": model.domain,
            "prompt": model.domain.prompt,
            "incumbent": None if serving == model else serving,
            "set_hash": evaluation.exam_of(model).hash,
            "verdict": verdict,
            "reasons": ["De prueba."],
            "finished_at": timezone.now(),
        }
        | fields
    )
