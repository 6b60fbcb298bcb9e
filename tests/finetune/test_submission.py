"""One job at the provider for each of ours, wherever a process dies or a wire is cut."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from core.models import AuditEvent
from finetune import leases, submission, training
from finetune.models import FineTuningJob, JobStatus, Step
from tests.factories import a_domain
from tests.finetune.makers import a_file, a_queued_job

pytestmark = pytest.mark.django_db
CREATE, UPLOAD, LIST = "POST /fine_tuning/jobs", "POST /files", "GET /fine_tuning/jobs"


def settled(job):
    """The job again, long after its last request."""
    long_ago = Now() - submission.SETTLING - timedelta(seconds=1)
    FineTuningJob.objects.filter(pk=job.pk, sent_at__isnull=False).update(sent_at=long_ago)
    FineTuningJob.objects.filter(pk=job.pk).update(lease_until=None)
    job.refresh_from_db()
    return job


def test_a_job_is_handed_over_with_its_key(domain, training_provider):
    job = a_queued_job(domain, epochs=2, learning_rate=1.5)

    training.submit(job)

    job.refresh_from_db()
    (sent,) = training_provider.fake.sent(CREATE)
    assert sent["metadata"] == {
        "run_key": str(job.run_key),
        "dataset_sha256": job.dataset.sha256,
    }
    assert sent["suffix"] == "prestamos"
    assert sent["method"]["supervised"]["hyperparameters"] == {
        "n_epochs": 2,
        "learning_rate_multiplier": 1.5,
    }
    assert "validation_file" not in sent
    assert (job.step, job.status, job.provider_status) == (
        "submitted",
        "pending",
        "validating_files",
    )
    assert job.openai_job_id == training_provider.job["id"]


def test_the_held_out_part_goes_along(domain, training_provider):
    file = a_file(domain, number=40)
    job = training.start(domain, file_id=file.file_id, by="ana")
    training.submit(job)
    valid = file.dataset.files.get(part="valid")
    assert training_provider.job["validation_file"] == valid.file_id


def test_submitting_again_finds_nothing_to_do(domain, training_provider):
    job = a_queued_job(domain)
    for _ in range(3):
        training.submit(job)
    assert training_provider.sent(CREATE) == 1


@pytest.mark.parametrize(
    ("route", "fault"),
    [
        (route, fault)
        for route in (LIST, CREATE)
        for fault in ("cut", "drop", "page", (500, {}), (429, {}))
    ]
    + [("GET /files/file-1", fault) for fault in ("cut", "drop", (500, {}))],
)
def test_whatever_is_cut_there_is_one_job_and_one_file(domain, training_provider, route, fault):
    job = a_queued_job(domain)
    training_provider.faults[route] = [fault]

    for _ in range(3):
        training.submit(settled(job))

    job.refresh_from_db()
    assert training_provider.job["metadata"]["run_key"] == str(job.run_key)
    assert job.openai_job_id == training_provider.job["id"]
    assert len(training_provider.files) == 1


class Died(BaseException):
    """The process ended here; nothing after it ran."""


@pytest.mark.parametrize("death", ["find_jobs", "create_job", "after create_job"])
def test_wherever_the_process_dies_there_is_one_job(domain, training_provider, monkeypatch, death):
    job = a_queued_job(domain)
    name = death.removeprefix("after ")
    original = getattr(submission.remote, name)

    def die(*args, **options):
        if death.startswith("after"):
            original(*args, **options)
        raise Died

    monkeypatch.setattr(submission.remote, name, die)
    with pytest.raises(Died):
        training.submit(job)
    monkeypatch.undo()

    for _ in range(3):
        training.submit(settled(job))
    job.refresh_from_db()
    assert job.openai_job_id == training_provider.job["id"]


def test_submitting_is_written_before_the_request(domain, training_provider, monkeypatch):
    job, steps = a_queued_job(domain), []
    original = submission.remote.create_job

    def look(*args):
        steps.append(FineTuningJob.objects.get().step)
        return original(*args)

    monkeypatch.setattr(submission.remote, "create_job", look)
    training.submit(job)
    assert steps == [Step.SUBMITTING]


def test_a_request_without_answer_is_not_repeated_at_once(domain, training_provider):
    job = a_queued_job(domain)
    training_provider.faults[CREATE] = ["cut"]
    for _ in range(4):
        training.submit(job)
    assert training_provider.sent(CREATE) == 1

    training.submit(settled(job))

    assert training_provider.sent(CREATE) == 2
    assert len(training_provider.jobs) == 1


def test_after_two_requests_without_answer_a_person_decides(domain, training_provider):
    job = a_queued_job(domain)
    training_provider.faults[CREATE] = ["cut", "cut"]
    for _ in range(4):
        training.submit(settled(job))

    job.refresh_from_db()
    assert (job.status, job.error) == (JobStatus.FAILED, submission.UNDECIDED)
    assert training_provider.sent(CREATE) == 2


def test_being_told_to_wait_counts_for_nothing(domain, training_provider):
    job = a_queued_job(domain)
    training_provider.faults[CREATE] = [(429, {"error": {"message": "slow down"}})] * 5
    for _ in range(6):
        training.submit(job)
    job.refresh_from_db()
    assert (job.step, job.attempts) == ("submitted", 1)


def test_a_refusal_fails_the_job_with_the_providers_words(domain, training_provider):
    job = a_queued_job(domain)
    error = {"code": "invalid_n_examples", "message": "too few", "param": "training_file"}
    training_provider.faults[CREATE] = [(400, {"error": error})]

    training.submit(job)

    job.refresh_from_db()
    assert job.status == "failed"
    assert job.error == "[invalid_n_examples] too few (param: training_file)"
    assert job.finished_at


def test_running_out_of_money_fails_the_job_after_one_request(domain, training_provider):
    job = a_queued_job(domain)
    error = {"code": "insufficient_quota", "message": "no money"}
    training_provider.faults[CREATE] = [(429, {"error": error})]
    for _ in range(3):
        training.submit(job)
    job.refresh_from_db()
    assert job.error == "[insufficient_quota] no money"
    assert training_provider.sent(CREATE) == 1


def test_a_lost_key_does_not_fail_a_job_that_may_be_there(domain, training_provider):
    job = a_queued_job(domain)
    training_provider.faults[CREATE] = ["drop"]
    training.submit(job)
    training_provider.faults[LIST] = [(401, {"error": {"message": "who are you?"}})]

    with pytest.raises(submission.ModelRefused):
        training.submit(job)

    training.submit(job)
    job.refresh_from_db()
    assert job.openai_job_id == training_provider.job["id"]


def test_a_lost_key_fails_a_job_that_was_never_sent(domain, training_provider):
    job = a_queued_job(domain)
    training_provider.faults[LIST] = [(401, {"error": {"message": "who are you?"}})]
    training.submit(job)
    job.refresh_from_db()
    assert (job.status, job.error) == ("failed", "who are you?")


def test_of_two_jobs_with_one_key_the_younger_is_cancelled(domain, training_provider):
    job = a_queued_job(domain)
    order = {"model": "base-model", "training_file": "f", "metadata": {"run_key": str(job.run_key)}}
    (_, older), (_, younger) = (training_provider.add_job(order) for _ in range(2))

    training.submit(job)

    job.refresh_from_db()
    assert job.openai_job_id == older["id"]
    assert training_provider.jobs[younger["id"]]["status"] == "cancelled"
    assert AuditEvent.objects.get(action="job_duplicate_cancelled").details == {"id": younger["id"]}


def test_a_job_held_by_another_is_left_alone(domain, training_provider):
    job = a_queued_job(domain)
    with leases.held(job, seconds=60) as mine:
        assert mine
        training.submit(job)
    assert training_provider.sent(CREATE) == 0


def test_a_job_cancelled_in_the_queue_is_never_sent(domain, training_provider):
    job = a_queued_job(domain)
    training.cancel(job, by="ana")
    training.submit(job)
    assert training_provider.jobs == {}


def test_another_provider_gets_its_own_upload(domain, training_provider, settings):
    settings.LLM_PROVIDERS["other"] = settings.LLM_PROVIDERS["local"]
    job = a_queued_job(domain, base_model="other:base-model")
    before = job.training_file

    training.submit(job)

    job.refresh_from_db()
    file = job.dataset.files.get(provider="other")
    assert job.training_file == file.file_id
    assert training_provider.job["training_file"] == file.file_id
    # Both names are one server here, so its file is found and adopted.
    assert before in training_provider.files


def test_the_suffix_of_a_long_name_is_cut(db, training_provider):
    job = a_queued_job(a_domain("d" * 50, base_model="base-model"))
    training.submit(job)
    (sent,) = training_provider.fake.sent(CREATE)
    assert len(sent["suffix"]) == 40
