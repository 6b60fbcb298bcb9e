from threading import Barrier, Thread

import pytest
from django.db import connection

from finetune import leases, polling, tasks, training
from finetune.models import FineTuningJob, ProviderPause
from tests.factories import a_domain
from tests.finetune.makers import (
    a_file,
    a_queued_job,
    a_submitted_job,
    a_trained_model,
    settled,
)

pytestmark = pytest.mark.django_db


class Time:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now = 0.0
        self.naps = []

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.naps.append(seconds)
        self.now += seconds
        FineTuningJob.objects.update(asked_at=None)  # the database's clock does not jump


def poll(time=None):
    time = time or Time()
    return polling.poll(clock=time.clock, sleep=time.sleep)


def test_with_no_live_job_it_asks_nobody_and_does_not_wait(domain, training_provider):
    a_trained_model(domain, training_provider)
    asked, time = len(training_provider.fake.requests), Time()
    assert poll(time) == "0 rounds: 0 changed, 0 failed"
    assert time.naps == []
    assert len(training_provider.fake.requests) == asked


def test_it_asks_every_ten_seconds_for_less_than_a_minute(domain, training_provider):
    job = a_submitted_job(domain)
    FineTuningJob.objects.update(asked_at=None)
    time = Time()
    poll(time)
    assert time.naps == [10] * 5
    assert training_provider.sent(f"GET /fine_tuning/jobs/{job.openai_job_id}") == 6


def test_it_stops_when_the_last_job_ends(domain, training_provider):
    job = a_submitted_job(domain)
    FineTuningJob.objects.update(asked_at=None)
    training_provider.succeed(job.openai_job_id)
    assert poll() == "1 rounds: 1 changed, 0 failed"


def test_it_submits_a_job_that_the_queue_lost(domain, training_provider):
    a_queued_job(domain)
    poll()
    assert len(training_provider.jobs) == 1


def test_a_provider_that_wants_to_be_left_alone_is(domain, training_provider):
    job = a_submitted_job(domain)
    FineTuningJob.objects.update(asked_at=None)
    route = f"GET /fine_tuning/jobs/{job.openai_job_id}"
    training_provider.faults[route] = [(429, {"error": {"message": "slow"}}, {"Retry-After": "60"})]
    time = Time()
    assert poll(time).endswith("1 failed")
    assert training_provider.sent(route) == 1
    assert max(time.naps) == 10

    settled(job)
    FineTuningJob.objects.update(asked_at=None)
    poll()
    assert training_provider.sent(route) > 1


def test_a_provider_without_money_still_tells_how_its_jobs_are(domain, training_provider):
    job = a_submitted_job(domain)
    FineTuningJob.objects.update(asked_at=None)
    ProviderPause.objects.create(provider="local", code="insufficient_quota", message="no money")
    training_provider.succeed(job.openai_job_id)
    assert poll() == "1 rounds: 1 changed, 0 failed"


@pytest.mark.parametrize("failure", [(503, {}), (401, {}), "cut", "page"])
def test_one_failure_stops_no_other(domain, training_provider, failure):
    broken = a_submitted_job(domain)
    healthy = a_submitted_job(a_domain("otro", base_model="base-model"))
    FineTuningJob.objects.update(asked_at=None)
    training_provider.faults[f"GET /fine_tuning/jobs/{broken.openai_job_id}"] = [failure] * 9
    training_provider.succeed(healthy.openai_job_id)

    poll()

    broken.refresh_from_db()
    healthy.refresh_from_db()
    assert (broken.is_live, healthy.status) == (True, "succeeded")


def test_a_bug_with_one_job_stops_no_other(domain, training_provider, monkeypatch, caplog):
    broken = a_submitted_job(domain)
    healthy = a_submitted_job(a_domain("otro", base_model="base-model"))
    FineTuningJob.objects.update(asked_at=None)
    training_provider.succeed(healthy.openai_job_id)
    refresh = training.refresh

    def buggy(job, **options):
        if job == broken:
            raise ZeroDivisionError
        return refresh(job, **options)

    monkeypatch.setattr(training, "refresh", buggy)
    poll()
    healthy.refresh_from_db()
    assert healthy.status == "succeeded"
    assert "could not be asked about" in caplog.text


def test_a_job_that_another_holds_is_not_asked_about(domain, training_provider):
    job = a_submitted_job(domain)
    with leases.held(job, seconds=60):
        assert polling.ask(job) is False
    assert training_provider.sent(f"GET /fine_tuning/jobs/{job.openai_job_id}") == 0


def test_a_job_is_not_asked_about_twice_within_seconds(domain, training_provider):
    job = a_submitted_job(domain)
    FineTuningJob.objects.update(asked_at=None)
    polling.ask(job)
    polling.ask(job)
    assert training_provider.sent(f"GET /fine_tuning/jobs/{job.openai_job_id}") == 1


def test_a_lease_that_ran_out_is_free(domain, training_provider):
    job = a_submitted_job(domain)
    with leases.held(job, seconds=-1) as first, leases.held(job, seconds=60) as second:
        assert (first, second) == (True, True)


def test_who_held_a_lease_too_long_does_not_free_the_next_ones(domain, training_provider):
    job = a_submitted_job(domain)
    late = leases.held(job, seconds=-1)
    late.__enter__()
    with leases.held(FineTuningJob.objects.get(), seconds=60):
        late.__exit__(None, None, None)
        with leases.held(FineTuningJob.objects.get(), seconds=60) as third:
            assert not third


def test_the_queue_submits_what_was_started(domain, training_provider):
    job = a_queued_job(domain)
    assert tasks.submit_job(job.pk).endswith("pending")
    assert len(training_provider.jobs) == 1


def test_a_task_may_find_its_row_gone(db):
    assert tasks.submit_job(10**9) == "nothing to do"


def together(*works):
    """Run ``works`` at the same moment, each with a connection of its own; their results."""
    barrier, results = Barrier(len(works)), [None] * len(works)

    def run(position, work):
        barrier.wait()
        try:
            results[position] = work()
        except Exception as error:  # noqa: BLE001  (told to the test)
            results[position] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=it) for it in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_pollers_at_once_ask_about_a_job_once(training_provider):
    job = a_submitted_job(a_domain(base_model="base-model"))
    FineTuningJob.objects.update(asked_at=None)
    together(*[lambda: polling.ask(FineTuningJob.objects.get())] * 4)
    assert training_provider.sent(f"GET /fine_tuning/jobs/{job.openai_job_id}") == 1


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_submit_a_job_once(training_provider):
    job = a_queued_job(a_domain(base_model="base-model"))
    together(*[lambda: training.submit(FineTuningJob.objects.get(pk=job.pk))] * 4)
    assert len(training_provider.jobs) == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_start_one_job(training_provider):
    domain = a_domain(base_model="base-model")
    file = a_file(domain)
    click = lambda: training.start(domain, file_id=file.file_id, by="ana")  # noqa: E731
    results = together(click, click)
    assert FineTuningJob.objects.count() == 1
    assert [getattr(it, "status_code", None) for it in results].count(409) == 1
