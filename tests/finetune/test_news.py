"""What a provider says about a submitted job, written down once."""

import pytest

from core.errors import ModelUnavailable
from finetune import training
from finetune.models import FineTuningJob, JobEvent, TrainedModel
from tests.finetune.makers import a_submitted_job, a_trained_model

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("validating_files", "pending"),
        ("queued", "pending"),
        ("running", "running"),
        ("pausing", "running"),
        ("paused", "running"),
        ("foo", "running"),
    ],
)
def test_a_job_that_has_not_ended_stays_live(domain, training_provider, word, status):
    job = a_submitted_job(domain)
    training_provider.job["status"] = word

    training.refresh(job)

    job.refresh_from_db()
    assert (job.status, job.provider_status, job.finished_at) == (status, word, None)


@pytest.mark.parametrize("error", [None, {}, {"code": None, "message": None, "param": None}])
def test_an_empty_error_is_no_failure(domain, training_provider, error):
    job = a_submitted_job(domain)
    training_provider.job.update(status="running", error=error)
    training.refresh(job)
    job.refresh_from_db()
    assert (job.status, job.error) == ("running", None)


def test_a_failure_is_told_on_one_line(domain, training_provider):
    job = a_submitted_job(domain)
    error = {"code": "unsafe", "message": "no", "param": "training_file"}
    training_provider.job.update(status="failed", error=error)
    training.refresh(job)
    job.refresh_from_db()
    assert (job.status, job.error) == ("failed", "[unsafe] no (param: training_file)")


def test_a_failure_without_words_says_so(domain, training_provider):
    job = a_submitted_job(domain)
    training_provider.job["status"] = "failed"
    training.refresh(job)
    job.refresh_from_db()
    assert job.error == "El proveedor no dijo por qué."


def test_a_success_leaves_a_model(domain, training_provider):
    model = a_trained_model(domain, training_provider)
    job = model.job
    assert (job.status, job.trained_model, job.progress) == ("succeeded", model.name, 100)
    assert (job.trained_tokens, model.base_model) == (training_provider.bill, "base-model")
    assert model.prompt == domain.prompt
    assert model.demonstration


def test_a_success_without_a_model_is_asked_about_again(domain, training_provider):
    job = a_submitted_job(domain)
    training_provider.job["status"] = "succeeded"
    training.refresh(job)
    job.refresh_from_db()
    assert job.is_live
    assert not TrainedModel.objects.exists()


def test_an_ended_job_is_never_asked_about_again(domain, training_provider):
    job = a_trained_model(domain, training_provider).job
    finished, asked = job.finished_at, len(training_provider.fake.requests)

    assert not training.refresh(job)

    job.refresh_from_db()
    assert job.finished_at == finished
    assert len(training_provider.fake.requests) == asked


def test_a_job_its_provider_lost_has_failed(domain, training_provider):
    job = a_submitted_job(domain)
    lost = 404, {"error": {"message": "no such job", "code": None}}
    training_provider.faults[f"GET /fine_tuning/jobs/{job.openai_job_id}"] = [lost]
    training.refresh(job)
    job.refresh_from_db()
    assert job.status == "failed"
    assert "ya no conoce" in job.error


def test_events_are_stored_once_in_their_order(domain, training_provider):
    job = a_submitted_job(domain)
    training_provider.say(job.openai_job_id, "uno")
    training_provider.say(job.openai_job_id, "dos")
    training.refresh(job)
    training_provider.say(job.openai_job_id, "tres")
    training.refresh(job)
    assert list(job.events.values_list("message", flat=True)) == ["uno", "dos", "tres"]


def test_every_page_of_events_is_read(domain, training_provider):
    job = a_submitted_job(domain)
    for number in range(250):
        training_provider.say(job.openai_job_id, str(number))
    training.refresh(job)
    assert JobEvent.objects.count() == 250


def test_a_second_look_reads_one_page_of_events(domain, training_provider):
    job = a_submitted_job(domain)
    for number in range(250):
        training_provider.say(job.openai_job_id, str(number))
    training.refresh(job)
    route = f"GET /fine_tuning/jobs/{job.openai_job_id}/events"
    before = training_provider.sent(route)
    training.refresh(job)
    assert training_provider.sent(route) == before + 1


def test_progress_comes_from_the_steps(domain, training_provider):
    job = a_submitted_job(domain)
    training_provider.job["status"] = "running"
    training_provider.say(job.openai_job_id, "Step 3/12", step=3, total_steps=12, train_loss=2.0)
    training.refresh(job)
    job.refresh_from_db()
    assert job.progress == 25


def test_an_end_without_its_events_is_not_recorded_yet(domain, training_provider):
    job = a_submitted_job(domain)
    training_provider.succeed(job.openai_job_id)
    training_provider.faults[f"GET /fine_tuning/jobs/{job.openai_job_id}/events"] = ["cut"]

    with pytest.raises(ModelUnavailable):
        training.refresh(job)

    assert FineTuningJob.objects.get().is_live
    training.refresh(job)
    assert FineTuningJob.objects.get().status == "succeeded"


def test_a_refresh_reads_and_writes_little(
    domain, training_provider, django_assert_max_num_queries
):
    job = a_submitted_job(domain)
    for number in range(60):
        training_provider.say(job.openai_job_id, "x", step=number, total_steps=60)
    with django_assert_max_num_queries(16):
        training.refresh(job)
