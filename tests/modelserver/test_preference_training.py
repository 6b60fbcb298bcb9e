"""A real training on preferences, of a tiny random model, with an adapter of its own shape."""

import json

import pytest

from tests.modelserver.server import (
    Server,
    figures_of,
    new_job,
    preference,
    tiny_base,
    upload,
    wait_for,
)

pytestmark = [pytest.mark.models, pytest.mark.loop]

PAIRS = [preference(f"¿El {n}?", f"Sí, el {n} está.", f"No sé del {n}.") for n in range(12)]
METHOD = {
    "type": "dpo",
    "dpo": {"hyperparameters": {"beta": 0.5, "n_epochs": 4, "learning_rate_multiplier": 100}},
}
SHAPE = {"lora_rank": "4", "lora_alpha": "8", "lora_targets": "q_proj,v_proj"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("preferences")
    with Server(folder, **tiny_base(folder / "tiny")) as running:
        yield running


@pytest.fixture
def client(server, openai_of):
    return openai_of(server)


@pytest.fixture(scope="module")
def trained(server):
    with server.client() as client:
        validation = upload(client, [preference("¿El 99?", "Sí, el 99 está.", "No sé del 99.")])
        job = new_job(
            client,
            PAIRS,
            model="tiny",
            method=METHOD,
            metadata=SHAPE,
            seed=1,
            validation_file=validation.id,
        )
        return wait_for(client, job, "succeeded", seconds=120)


def test_the_job_says_how_it_was_trained(trained):
    found = trained.method.dpo.hyperparameters
    assert (trained.method.type, found.beta, found.n_epochs, found.batch_size) == ("dpo", 0.5, 4, 4)
    assert trained.hyperparameters.learning_rate_multiplier == 100


def test_the_model_learns_which_answer_is_preferred(client, trained):
    first, last = (figures_of(client, trained)[at] for at in (0, -1))
    assert first["train_loss"] == pytest.approx(0.6931, abs=1e-3)  # ln 2: it knows no difference
    assert last["train_loss"] < 0.5
    assert last["valid_loss"] < first["valid_loss"]
    assert last["train_reward_accuracy"] == 1


def test_the_adapter_has_the_shape_that_was_asked_for(server, trained):
    [config] = (server.folder / "data").rglob(f"{trained.id}/adapter/adapter_config.json")
    found = json.loads(config.read_text())
    assert (found["r"], found["lora_alpha"]) == (4, 8)
    assert set(found["target_modules"]) == {"q_proj", "v_proj"}


def test_its_model_can_be_asked(client, trained):
    answer = client.chat.completions.create(
        model=trained.fine_tuned_model,
        messages=[{"role": "user", "content": "¿El 3?"}],
        max_tokens=5,
    )
    assert answer.usage.completion_tokens


def test_a_file_of_conversations_is_no_file_of_preferences(client):
    job = wait_for(client, new_job(client, model="tiny", method=METHOD), "failed")
    assert (job.error.code, job.error.param) == ("invalid_training_file", "training_file")
    assert 'Line 1 must have an object called "input"' in job.error.message


def test_layers_that_the_model_has_not_fail_the_job_and_are_named(client):
    metadata = {"lora_targets": "nowhere_proj"}
    job = wait_for(client, new_job(client, model="tiny", metadata=metadata), "failed", seconds=60)
    assert "nowhere_proj" in job.error.message


def test_layers_whose_adapter_could_not_be_served_fail_the_job_before_the_first_step(client):
    metadata = {"lora_targets": "embed_tokens"}
    job = wait_for(client, new_job(client, model="tiny", metadata=metadata), "failed", seconds=60)
    assert job.error.code == "unsupported_base_model"
    assert "embed_tokens" in job.error.message
    assert figures_of(client, job) == []
