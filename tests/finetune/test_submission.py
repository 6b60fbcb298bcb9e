"""One job at the provider for each of ours, wherever a process dies or a wire is cut."""

import pytest

from core.errors import Conflict, Invalid, ModelUnavailable
from core.models import AuditEvent
from finetune import leases, pauses, remote, submission, training
from finetune.models import FineTuningJob, JobStatus, ProviderPause, Step
from tests.factories import a_domain
from tests.finetune.datasets.test_versions import corrected
from tests.finetune.fake_training import lines
from tests.finetune.makers import a_file, a_queued_job, examples, settled

pytestmark = pytest.mark.django_db
CREATE, UPLOAD, LIST = "POST /fine_tuning/jobs", "POST /files", "GET /fine_tuning/jobs"


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


def test_every_choice_reaches_the_provider(domain, training_provider):
    options = {"seed": 7, "batch_size": 2, "lora_rank": 8, "lora_dropout": 0.1}
    training.submit(a_queued_job(domain, options=options))
    (sent,) = training_provider.fake.sent(CREATE)
    assert sent["seed"] == 7
    assert sent["method"]["supervised"]["hyperparameters"] == {"batch_size": 2}
    assert (sent["metadata"]["lora_rank"], sent["metadata"]["lora_dropout"]) == ("8", "0.1")


def test_preferences_are_learnt_from_pairs(domain, training_provider):
    for row in examples(domain, 12):
        corrected(row, f"Una respuesta mejor que la número {row.pk}.")
    job = a_queued_job(domain, method="dpo", options={"beta": 0.2})
    a_queued_job(domain)  # another training, of the same version

    training.submit(job)

    job.refresh_from_db()
    (sent,) = training_provider.fake.sent(CREATE)
    assert sent["method"] == {"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.2}}}
    assert job.training_file == sent["training_file"]
    assert {"preferred_output", "non_preferred_output"} < lines(
        training_provider.files[job.training_file]
    )[0].keys()


@pytest.mark.parametrize(
    "options",
    [
        {"lora_rank": 0},
        {"lora_rank": True},
        {"lora_alpha": "16"},
        {"lora_dropout": 0.6},
        {"lora_targets": "q_proj; rm"},
        {"seed": 2**31},
        {"batch_size": 257},
        {"beta": 0.1},
        {"model": "x"},
    ],
)
def test_what_no_provider_takes_is_refused_by_name(domain, training_provider, options):
    file = a_file(domain)
    with pytest.raises(Invalid) as refused:
        training.start(domain, file_id=file.file_id, options=options, by="ana")
    assert list(refused.value.details) == list(options)
    assert not FineTuningJob.objects.exists()


def test_other_parameters_are_another_training(domain, training_provider):
    one = a_queued_job(domain, epochs=2, options={"seed": 1})
    a_queued_job(domain, epochs=2, options={"seed": 2})
    with pytest.raises(Conflict):
        a_queued_job(domain, epochs=2, options={"seed": 1})
    assert len(one.params_hash) == 64


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
        training.submit(settled(job))
    job.refresh_from_db()
    assert (job.step, job.attempts) == ("submitted", 1)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7), ("Fri, 01 Jan 2999 00:00:00 GMT", 3600), ("soon", 30), (None, 30)],
)
def test_nobody_asks_before_the_provider_said(domain, training_provider, said, seconds):
    job = a_queued_job(domain)
    headers = {} if said is None else {"Retry-After": said}
    training_provider.faults[LIST] = [(429, {"error": {"message": "slow down"}}, headers)]
    for _ in range(3):
        training.submit(job)
    pause = ProviderPause.objects.get()
    assert (pause.until - pause.since).total_seconds() == pytest.approx(seconds, abs=0.1)
    assert training_provider.sent(LIST) == 1

    training.submit(settled(job))

    assert len(training_provider.jobs) == 1


def test_a_refusal_fails_the_job_with_the_providers_words(domain, training_provider):
    job = a_queued_job(domain)
    error = {"code": "invalid_n_examples", "message": "too few", "param": "training_file"}
    training_provider.faults[CREATE] = [(400, {"error": error})]

    training.submit(job)

    job.refresh_from_db()
    assert job.status == "failed"
    assert job.error == "[invalid_n_examples] too few (param: training_file)"
    assert job.finished_at


def out_of_money(*_):
    return 429, {"error": {"code": "insufficient_quota", "message": "no money"}}


def test_running_out_of_money_pauses_everything_after_one_request(domain, training_provider):
    job = a_queued_job(domain)
    other = a_queued_job(a_domain("otro", base_model="base-model"))
    training_provider.faults[CREATE] = [out_of_money()]
    for it in (job, job, other, settled(job)):
        training.submit(it)

    job.refresh_from_db()
    assert (job.status, job.step, job.attempts) == ("pending", "queued", 0)
    assert job.error == "[insufficient_quota] no money"
    assert training_provider.sent(CREATE) == 1
    alert = AuditEvent.objects.get(action="provider_paused")
    assert alert.details == {"proveedor": "local", "motivo": "insufficient_quota"}


def test_a_paused_provider_gets_no_new_training(domain, training_provider):
    file = a_file(domain)
    training_provider.faults[CREATE] = [out_of_money()]
    training.submit(training.start(domain, file_id=file.file_id, by="ana"))
    with pytest.raises(Conflict) as refused:
        training.start(domain, file_id=file.file_id, epochs=2, by="ana")
    assert refused.value.code == "provider_paused"


def test_who_paid_lets_it_go_on(domain, training_provider):
    job = a_queued_job(domain)
    training_provider.faults[CREATE] = [out_of_money()]
    training.submit(job)

    assert pauses.resume("local", by="ana")
    assert not pauses.resume("local", by="ana")

    job.refresh_from_db()
    assert job.error is None
    training.submit(job)
    assert len(training_provider.jobs) == 1
    assert AuditEvent.objects.get(action="provider_resumed").actor == "ana"


def test_a_wait_does_not_end_a_pause_for_a_person(domain, training_provider):
    ProviderPause.objects.create(provider="local", code="insufficient_quota", message="no money")
    training_provider.faults["GET /models"] = [(429, {"error": {"message": "slow"}})]
    with pytest.raises(ModelUnavailable), pauses.noted("local"):
        remote.models("local")
    assert ProviderPause.objects.get().until is None


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
