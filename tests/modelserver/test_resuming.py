"""Trainings that are killed, paused and gone on with, beside one that nothing happened to.

The model is a tiny random one; every run has the same seed, so all must end with the same figures.
"""

import os
import signal

import pytest
from openai import BadRequestError

from tests.modelserver.server import (
    Server,
    alive,
    conversation,
    figures_of,
    messages_of,
    new_job,
    sales,
    tiny_base,
    upload,
    wait_for,
    wait_until,
)

pytestmark = [pytest.mark.models, pytest.mark.loop]

EPOCHS, STEPS_AN_EPOCH, SAVED_EVERY = 5, 10, 5
STEPS = EPOCHS * STEPS_AN_EPOCH
LAST_FIGURES = ("train_loss", "valid_loss", "train_mean_token_accuracy")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("resuming")
    settings = tiny_base(folder / "tiny") | {"MODELSERVER_SAVE_STEPS": str(SAVED_EVERY)}
    with Server(folder, **settings) as running:
        yield running


@pytest.fixture
def client(server, openai_of):
    """Not strict: OpenAI's client has no type for the statuses of its own pause."""
    return openai_of(server, _strict_response_validation=False)


def start(client):
    validation = upload(client, [conversation("¿Cuánto cuesta el 41?", "El 41 cuesta RD$410.")])
    return new_job(
        client,
        sales(4 * STEPS_AN_EPOCH),
        model="tiny",
        validation_file=validation.id,
        seed=1,
        hyperparameters={"n_epochs": EPOCHS, "batch_size": 4, "learning_rate_multiplier": 10},
    )


@pytest.fixture(scope="module")
def unbroken(server):
    with server.client() as client:
        return wait_for(client, start(client), "succeeded", seconds=120)


def measured(client, job):
    """The figures of the validation file."""
    return [it for it in figures_of(client, job) if "valid_loss" in it]


def steps_of(client, job):
    return [it["step"] for it in figures_of(client, job)]


def wait_for_step(client, job, step):
    wait_until(lambda: max(steps_of(client, job), default=0) >= step, seconds=60)


def last_figures(client, job):
    return {name: figures_of(client, job)[-1][name] for name in LAST_FIGURES}


def went_on_from(client, job, reason):
    """The step that a training says it went on from, after what happened to it."""
    words = f"{reason}; the training goes on from step "
    [message] = [it for it in messages_of(client, job) if it.startswith(words)]
    return int(message.removeprefix(words))


def test_figures_are_told_before_on_the_way_and_at_the_end(client, unbroken):
    figures = figures_of(client, unbroken)
    assert [it["step"] for it in measured(client, unbroken)] == [0, 10, 20, 30, 40, STEPS]
    assert {it["total_steps"] for it in figures} == {STEPS}
    running = [it for it in figures if "learning_rate" in it]
    assert [it["step"] for it in running] == list(range(2, STEPS + 1, 2))
    assert running[0]["learning_rate"] > running[-1]["learning_rate"] > 0
    assert figures[-1]["train_loss"] < figures[0]["train_loss"] / 4
    assert figures[-1]["valid_loss"] < figures[0]["valid_loss"] / 2


def test_the_models_of_the_last_three_epochs_can_be_asked(client, unbroken):
    found = list(client.fine_tuning.jobs.checkpoints.list(unbroken.id))
    name = unbroken.fine_tuned_model
    assert [(it.step_number, it.fine_tuned_model_checkpoint) for it in found] == [
        (50, name),
        (40, f"{name}:ckpt-step-40"),
        (30, f"{name}:ckpt-step-30"),
    ]
    told = {it["step"]: it.get("full_valid_loss") for it in measured(client, unbroken)}
    assert {it.step_number: it.metrics.full_valid_loss for it in found}.items() <= told.items()
    assert client.models.retrieve(f"{name}:ckpt-step-30").base == "tiny"
    for model in [it.fine_tuned_model_checkpoint for it in found]:
        assert ask(client, model).startswith("El producto")
    assert not ask(client, "tiny").startswith("El producto")


def test_what_a_training_needed_to_go_on_is_not_kept_once_it_ended(server, unbroken):
    [folder] = (server.folder / "data").rglob(unbroken.id)
    wait_until(lambda: not (folder / "trainer").exists())


def test_a_killed_training_goes_on_and_ends_as_if_nothing_had_happened(server, client, unbroken):
    job = start(client)
    wait_for_step(client, job, 12)
    [trainer] = [it for it in server.children() if trains(it)]
    os.kill(trainer, signal.SIGKILL)
    wait_until(lambda: not alive(trainer))
    wait_for_step(client, job, 24)
    server.kill()
    server.start()

    with server.client(_strict_response_validation=False) as client:
        done = wait_for(client, job, "succeeded", seconds=120)
        first = went_on_from(client, job, "The training process was killed (signal 9)")
        second = went_on_from(client, job, "The server was restarted")
        assert 10 <= first < second < STEPS
        assert first % SAVED_EVERY == second % SAVED_EVERY == 0
        assert steps_of(client, job).count(0) == 1
        assert last_figures(client, job) == pytest.approx(last_figures(client, unbroken), abs=1e-3)
        assert done.trained_tokens == unbroken.trained_tokens


def test_a_paused_training_goes_on_where_it_stopped(server, client, unbroken):
    job = start(client)
    wait_for_step(client, job, 6)
    assert client.fine_tuning.jobs.pause(job.id).status == "pausing"
    paused = wait_for(client, job, "paused")
    assert (paused.fine_tuned_model, paused.finished_at) == (None, None)
    assert server.health()["queued"] == 0
    stopped_at = max(steps_of(client, job))

    assert client.fine_tuning.jobs.resume(job.id).status == "resuming"
    wait_for(client, job, "succeeded", seconds=120)
    went_on = [it for it in steps_of(client, job) if it > stopped_at]
    assert steps_of(client, job)[-len(went_on) :] == went_on
    assert any(it.startswith("Fine-tuning job goes on") for it in messages_of(client, job))
    assert last_figures(client, job) == pytest.approx(last_figures(client, unbroken), abs=1e-3)


def test_a_job_that_waits_can_be_paused_and_is_passed_over(client):
    first = start(client)
    wait_for(client, first, "running")
    second, third = start(client), start(client)
    wait_for(client, second, "queued")
    assert client.fine_tuning.jobs.pause(second.id).status == "paused"
    client.fine_tuning.jobs.cancel(first.id)
    wait_for(client, third, "running")
    assert client.fine_tuning.jobs.retrieve(second.id).status == "paused"
    for job in (second, third):
        assert client.fine_tuning.jobs.cancel(job.id).status == "cancelled"


def test_only_what_runs_or_waits_is_paused_and_only_what_is_paused_resumed(client, unbroken):
    for verb in (client.fine_tuning.jobs.pause, client.fine_tuning.jobs.resume):
        with pytest.raises(BadRequestError, match="already succeeded") as error:
            verb(unbroken.id)
        assert error.value.code == "invalid_job_state"
    job = start(client)
    with pytest.raises(BadRequestError, match="cannot be resumed"):
        client.fine_tuning.jobs.resume(job.id)
    client.fine_tuning.jobs.cancel(job.id)


def test_a_checkpoint_is_deleted_alone_and_the_model_with_all_of_them(client, unbroken):
    name = unbroken.fine_tuned_model
    client.models.delete(f"{name}:ckpt-step-30")
    assert names(client) >= {name, f"{name}:ckpt-step-40"}
    assert f"{name}:ckpt-step-30" not in names(client)
    client.models.delete(name)
    assert not [it for it in names(client) if it.startswith(name)]
    assert list(client.fine_tuning.jobs.checkpoints.list(unbroken.id)) == []


def ask(client, model):
    messages = conversation("¿Cuánto cuesta el producto 7?", "")["messages"][:-1]
    answer = client.chat.completions.create(
        model=model, messages=messages, temperature=0, max_tokens=40
    )
    return answer.choices[0].message.content


def names(client):
    return {it.id for it in client.models.list()}


def trains(pid):
    with open(f"/proc/{pid}/cmdline", "rb") as file:  # noqa: PTH123 - the kernel's, not a path
        return b"modelserver.training" in file.read()
