"""Eight faults of a provider times six moments of death: one file and one job, paid once.

Everything is real: a process of its own prepares, starts and submits, talks through the ``openai``
client to a server on loopback, writes to PostgreSQL, and is killed (SIGKILL) at the moment in
question. Then another goes on as people and the queue would.
"""

import os
import signal
from collections import Counter
from decimal import Decimal

import pytest
from django.db import connections
from django.utils import timezone

from core.errors import Refusal
from finetune import pauses, remote, training
from finetune.budgets import cost_of
from finetune.models import Dataset, FineTuningJob, JobStatus, Price, Step
from tests.finetune.makers import a_file, settled

CREATE, UPLOAD = "POST /fine_tuning/jobs", "POST /files"
QUOTA = {"error": {"code": "insufficient_quota", "message": "no money"}}
FAULTS = {
    "500": (500, {"error": {"message": "broken"}}),
    "409": (409, {"error": {"message": "locked"}}),
    "429": (429, {"error": {"message": "slow down"}}, {"Retry-After": "3"}),
    "insufficient_quota": (429, QUOTA),
    "reset": "drop",
    "accepts and never answers": "hang",
    "200 text/html": "page",
    "truncated JSON": "short",
}
DEATHS = {
    "before upload": (UPLOAD, "upload", "before"),
    "in upload": (UPLOAD, "upload", "in"),
    "after upload": (UPLOAD, "upload", "after"),
    "before create": (CREATE, "create_job", "before"),
    "in create": (CREATE, "create_job", "in"),
    "after create": (CREATE, "create_job", "after"),
}
PRICE = Decimal(25)


def cases():
    """All of them; each fault and each moment once is enough for every day."""
    for row, fault in enumerate(FAULTS):
        for column, death in enumerate(DEATHS):
            often = row % len(DEATHS) == column
            yield pytest.param(fault, death, marks=() if often else pytest.mark.chaos)


@pytest.fixture
def impatient(monkeypatch, training_provider):
    """Nobody waits a minute for an answer that does not come."""
    monkeypatch.setattr(remote, "SEND_SECONDS", 0.5)
    yield
    training_provider.released.set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("fault", "death"), list(cases()))
def test_whatever_fails_and_whenever_it_dies_one_training_is_paid(
    domain, training_provider, impatient, fault, death
):
    route, call, moment = DEATHS[death]
    Price.objects.create(
        provider="local", base_model="base-model", per_million=PRICE, read_on=timezone.localdate()
    )
    training_provider.faults[route] = [FAULTS[fault]]

    killed(lambda: train(domain), training_provider, route, call, moment)
    job = recovered(domain)

    assert len(training_provider.files) == 1
    keys = Counter(it["metadata"]["run_key"] for it in training_provider.jobs.values())
    assert keys == {str(job.run_key): 1}
    assert FineTuningJob.objects.count() == Dataset.objects.count() == 1

    training_provider.succeed(job.openai_job_id)
    training.refresh(settled(job))
    job.refresh_from_db()
    assert job.status == JobStatus.SUCCEEDED
    assert job.cost == cost_of(training_provider.bill, PRICE) > 0


def train(domain):
    """What people and the queue do, from the data to the provider; where it stopped, it goes on."""
    file = a_file(domain)
    job = FineTuningJob.objects.first()
    training.submit(settled(job or training.start(domain, file_id=file.file_id, by="ana")))


def recovered(domain):
    """The job, at its provider at last."""
    for _ in range(6):
        pauses.resume("local", by="ana")
        try:
            train(domain)
        except Refusal:
            continue
        job = FineTuningJob.objects.get()
        if job.step == Step.SUBMITTED:
            return job
    raise AssertionError("It never got there.")


def killed(work, server, route, call, moment):
    """Do ``work`` in a process that dies before, in or after its ``call`` to the provider."""
    connections.close_all()  # a connection cannot be shared with a child
    may_start, start = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(may_start, 1)
        _arrange_death(call, moment)
        try:
            work()
        finally:
            os._exit(1)  # it was meant to be dead by now
    if moment == "in":
        server.victim, server.fatal = child, route
    os.write(start, b"!")
    _, status = os.waitpid(child, 0)
    os.close(start)
    os.close(may_start)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL


def _arrange_death(call, moment):
    original = getattr(remote, call)

    def die(*args, **options):
        if moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        try:
            return original(*args, **options)
        finally:
            if moment == "after":
                os.kill(os.getpid(), signal.SIGKILL)

    setattr(remote, call, die)
