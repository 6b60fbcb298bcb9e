"""Jobs without a whole training: what is refused, queued, cancelled, listed, and never lost."""

import os
import signal

import pytest
from openai import BadRequestError, NotFoundError

from tests.modelserver.server import (
    BASE,
    alive,
    conversation,
    messages_of,
    new_job,
    sales,
    upload,
    wait_for,
    wait_until,
)

pytestmark = pytest.mark.models


@pytest.fixture
def busy(client):
    """A job in training, so that others wait behind it; cancelled at the end."""
    job = new_job(client, metadata={"for": "busy"})
    wait_for(client, job, "running")
    yield job
    if client.fine_tuning.jobs.retrieve(job.id).status == "running":
        client.fine_tuning.jobs.cancel(job.id)


def cancel(client, *jobs):
    return [client.fine_tuning.jobs.cancel(it.id) for it in jobs]


def test_a_new_job_knows_nothing_yet_of_its_model(client):
    job = new_job(client, suffix="Tienda 1", seed=3, metadata={"run": "a"})
    assert job.status == "validating_files"
    assert (job.fine_tuned_model, job.trained_tokens, job.finished_at) == (None, None, None)
    assert (job.seed, job.metadata, job.model) == (3, {"run": "a"}, BASE)
    assert job.hyperparameters.n_epochs == "auto"
    cancel(client, job)


def test_hyperparameters_are_read_where_they_stand_and_where_they_stood(client):
    wanted = {"n_epochs": 2, "batch_size": 3, "learning_rate_multiplier": 0.5}
    method = {"type": "supervised", "supervised": {"hyperparameters": wanted}}
    new, old = new_job(client, method=method), new_job(client, hyperparameters=wanted)
    assert new.hyperparameters.to_dict() == old.hyperparameters.to_dict() == wanted
    cancel(client, new, old)


@pytest.mark.parametrize(
    ("examples", "code", "words"),
    [
        (sales(9), "invalid_n_examples", "has 9 example"),
        ([*sales(10), {"messages": []}], "invalid_training_file", "Line 11 "),
        ([conversation("", "hola"), *sales(10)], "invalid_training_file", "Line 1: "),
    ],
)
def test_a_file_that_cannot_be_trained_on_fails_its_job(client, examples, code, words):
    job = wait_for(client, new_job(client, examples), "failed")
    assert (job.error.code, job.error.param) == (code, "training_file")
    assert words in job.error.message
    assert job.finished_at
    assert job.error.message in messages_of(client, job)


def test_a_faulty_validation_file_fails_its_job_too(client):
    faulty = upload(client, [{"messages": []}])
    job = wait_for(client, new_job(client, validation_file=faulty.id), "failed")
    assert job.error.param == "validation_file"


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"suffix": "x" * 65}, "suffix"),
        ({"seed": -1}, "seed"),
        ({"metadata": {"a": "b" * 513}}, "metadata"),
        ({"metadata": {"max_steps": "many"}}, "metadata"),
        ({"hyperparameters": {"n_epochs": 51}}, "n_epochs"),
        ({"hyperparameters": {"batch_size": 0}}, "batch_size"),
        ({"hyperparameters": {"learning_rate_multiplier": 0}}, "learning_rate_multiplier"),
        ({"method": {"type": "reinforcement"}}, "method"),
        ({"method": {"type": "dpo", "dpo": {"hyperparameters": {"beta": 3}}}}, "beta"),
        ({"hyperparameters": {"beta": 0.1}}, "beta"),
        ({"metadata": {"lora_rank": "0"}}, "metadata"),
        ({"metadata": {"lora_alpha": "1.5"}}, "metadata"),
        ({"metadata": {"lora_dropout": "0.9"}}, "metadata"),
        ({"metadata": {"lora_targets": "q_proj, *"}}, "metadata"),
        ({"extra_body": {"colour": "red"}}, "colour"),
    ],
)
def test_a_malformed_request_is_refused_and_the_parameter_named(client, options, param):
    with pytest.raises(BadRequestError) as error:
        new_job(client, **options)
    assert error.value.param == param


def test_an_unknown_file_or_model_is_refused(client):
    jobs, file = client.fine_tuning.jobs, upload(client, sales(10)).id
    with pytest.raises(NotFoundError) as error:
        jobs.create(model=BASE, training_file="file-unknown")
    assert error.value.param == "training_file"
    with pytest.raises(NotFoundError) as error:
        jobs.create(model="gpt-4o-mini", training_file=file)
    assert error.value.param == "model"
    with pytest.raises(BadRequestError, match="cannot be trained"):
        jobs.create(model="e5-query", training_file=file)


@pytest.mark.parametrize("verb", ["retrieve", "cancel", "list_events"])
def test_an_unknown_job_is_refused(client, verb):
    with pytest.raises(NotFoundError):
        getattr(client.fine_tuning.jobs, verb)("ftjob-unknown")


def test_jobs_are_found_again_by_their_metadata(client):
    ours, other = (new_job(client, metadata={"run": it, "who": "me"}) for it in ("k1", "k2"))
    find = client.fine_tuning.jobs.list
    assert [it.id for it in find(metadata={"run": "k1"})] == [ours.id]
    assert {it.id for it in find(metadata={"who": "me"})} == {ours.id, other.id}
    assert list(find(metadata={"run": "k1", "who": "you"})) == []
    cancel(client, ours, other)


def test_jobs_are_listed_newest_first_by_pages(client):
    made = [new_job(client, metadata={"page": "x"}) for _ in range(3)]
    listed = [it.id for it in client.fine_tuning.jobs.list(limit=2, metadata={"page": "x"})]
    assert listed == [it.id for it in made[::-1]]
    cancel(client, *made)


def test_events_are_listed_newest_first_by_pages(client):
    job = wait_for(client, new_job(client, sales(3)), "failed")
    events = list(client.fine_tuning.jobs.list_events(job.id, limit=1))
    assert [it.message.split(":")[0] for it in events][1:] == [
        "Validating training file",
        "Created fine-tuning job",
    ]
    assert events[0].level == "error"
    assert list(client.fine_tuning.jobs.checkpoints.list(job.id)) == []


def test_one_training_at_a_time_and_the_next_waits(server, client, busy):
    second = wait_for(client, new_job(client), "queued")
    health = server.health()
    assert (health["training"], health["queued"]) == (busy.id, 1)
    [cancelled] = cancel(client, second)
    assert cancelled.status == "cancelled"
    assert server.health()["queued"] == 0


def test_cancelling_ends_the_training_process(server, client, busy):
    before = set(server.children())
    [cancelled] = cancel(client, busy)
    assert cancelled.status == "cancelled"
    assert cancelled.finished_at
    wait_until(lambda: server.health()["training"] is None)
    assert len(before - set(server.children())) == 1


def test_an_ended_job_cannot_be_cancelled(client):
    job = wait_for(client, new_job(client, sales(3)), "failed")
    with pytest.raises(BadRequestError, match="already failed"):
        client.fine_tuning.jobs.cancel(job.id)


def test_a_job_keeps_what_it_was_given_until_it_ends(server, client, busy):
    file = upload(client, sales(12))
    job = client.fine_tuning.jobs.create(model=BASE, training_file=file.id)
    client.files.delete(file.id)
    assert wait_for(client, job, "queued").status == "queued"
    [folder] = (server.folder / "data").rglob(job.id)
    assert (folder / "training.jsonl").exists()
    cancel(client, job)
    assert not (folder / "training.jsonl").exists()


def test_a_killed_server_leaves_no_process_and_loses_no_job(own_server, openai_of):
    client = openai_of(own_server)
    first = wait_for(client, new_job(client), "running")
    second = wait_for(client, new_job(client), "queued")
    orphans = own_server.children()
    own_server.kill()
    wait_until(lambda: not any(map(alive, orphans)), seconds=3)

    own_server.start()
    client = openai_of(own_server)
    assert wait_for(client, first, "running").status == "running"
    assert client.fine_tuning.jobs.retrieve(second.id).status == "queued"
    assert any("begins again" in it for it in messages_of(client, first))


def test_a_stopped_server_ends_its_training_and_begins_it_again_later(own_server, openai_of):
    client = openai_of(own_server)
    job = wait_for(client, new_job(client), "running")
    orphans = own_server.children()
    assert own_server.stop() < 3
    assert not any(map(alive, orphans))

    own_server.start()
    assert wait_for(openai_of(own_server), job, "running").status == "running"


def test_a_training_process_that_is_killed_is_given_up_after_three_attempts(own_server, openai_of):
    client = openai_of(own_server)
    job = new_job(client)
    for _attempt in range(3):
        wait_for(client, job, "running")
        [child] = wait_until(own_server.children)
        os.kill(child, signal.SIGKILL)
        wait_until(lambda gone=child: gone not in own_server.children())
    failed = wait_for(client, job, "failed")
    assert failed.error.code == "training_interrupted"


def test_a_job_that_cannot_even_begin_stops_no_other(server, client, busy):
    broken = wait_for(client, new_job(client), "queued")
    after = wait_for(client, new_job(client), "queued")
    [folder] = (server.folder / "data").rglob(broken.id)
    (folder / "training.log").mkdir()  # where its process would write
    cancel(client, busy)
    assert wait_for(client, broken, "failed").error.code == "training_failed"
    assert wait_for(client, after, "running").status == "running"
    cancel(client, after)
