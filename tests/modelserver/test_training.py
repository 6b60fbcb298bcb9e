"""One real training with the demonstration model, and all that follows from it."""

import pytest
from openai import BadRequestError, NotFoundError

from tests.modelserver.server import (
    BASE,
    conversation,
    messages_of,
    new_job,
    upload,
    wait_for,
)

pytestmark = [pytest.mark.models, pytest.mark.loop]

ANSWER = "Abrimos de lunes a sábado, de ocho a seis."
QUESTIONS = [
    *("¿A qué hora abren?", "¿Cuál es el horario?", "¿Están abiertos hoy?", "¿Cuándo abren?"),
    *("¿Hasta qué hora atienden?", "¿Abren los sábados?", "Dígame el horario", "¿Qué días abren?"),
    *(
        "¿A qué hora cierran?",
        "Horario, por favor",
        "¿Puedo ir a las nueve?",
        "¿Cierran a las seis?",
    ),
]
STEPS = 6


@pytest.fixture(scope="module")
def trained(client):
    examples = [conversation(it, ANSWER) for it in QUESTIONS]
    validation = upload(client, [conversation("¿Qué horario tienen?", ANSWER)], "validation.jsonl")
    job = new_job(
        client,
        examples,
        validation_file=validation.id,
        suffix="horario",
        seed=1,
        metadata={"max_steps": str(STEPS)},
        hyperparameters={"n_epochs": 5, "batch_size": 4, "learning_rate_multiplier": 2},
    )
    return wait_for(client, job, "succeeded", seconds=300)


@pytest.fixture(scope="module")
def figures(client, trained):
    events = client.fine_tuning.jobs.list_events(trained.id, limit=100).data[::-1]
    return [it.data for it in events if it.type == "metrics"]


def test_the_job_says_what_came_of_it(trained):
    assert trained.fine_tuned_model == f"ft:{BASE}:local:horario:{trained.id[-8:]}"
    assert trained.trained_tokens > 0
    assert trained.finished_at >= trained.created_at
    assert trained.estimated_finish is None


def test_loss_is_measured_before_on_the_way_and_after(figures):
    assert [it["step"] for it in figures if "learning_rate" in it] == list(range(1, STEPS + 1))
    assert [it["step"] for it in figures if "full_valid_loss" in it] == [0, STEPS // 2, STEPS]
    before, after = figures[0], figures[-1]
    assert after["train_loss"] < before["train_loss"] / 2
    assert after["full_valid_loss"] < before["full_valid_loss"] / 2
    assert after["train_mean_token_accuracy"] > before["train_mean_token_accuracy"]


def test_a_shortened_training_says_so(client, trained):
    assert any("shortened from 15 to 6 steps" in it for it in messages_of(client, trained))


def test_the_tuned_model_gives_the_answer_and_the_base_does_not(client, trained):
    messages = conversation("¿Qué horario tienen?", ANSWER)["messages"][:-1]

    def said_by(model):
        answer = client.chat.completions.create(
            model=model, messages=messages, max_tokens=30, temperature=0
        )
        return answer.choices[0].message.content

    assert "lunes" in said_by(trained.fine_tuned_model)
    assert "lunes a sábado" not in said_by(BASE)


def test_the_tuned_model_is_listed_as_one_for_demonstration_only(client, trained):
    found = client.models.retrieve(trained.fine_tuned_model)
    assert (found.demonstration, found.trainable, found.base) == (True, False, BASE)


def test_a_tuned_model_is_not_trained_again(client, trained):
    with pytest.raises(BadRequestError, match="cannot be trained"):
        client.fine_tuning.jobs.create(
            model=trained.fine_tuned_model, training_file=trained.training_file
        )


def test_a_deleted_model_is_gone_and_its_job_stays(client, trained):
    name = trained.fine_tuned_model
    assert client.models.delete(name).deleted
    with pytest.raises(NotFoundError):
        client.models.retrieve(name)
    with pytest.raises(NotFoundError):
        client.chat.completions.create(model=name, messages=[{"role": "user", "content": "hola"}])
    assert client.fine_tuning.jobs.retrieve(trained.id).status == "succeeded"
