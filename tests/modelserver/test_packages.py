"""A tuned model as files for other programs, and the proof that it is still the same model."""

import hashlib
import io
import json
import urllib.request
import zipfile

import pytest
from openai import BadRequestError, NotFoundError

from tests.modelserver.server import (
    Server,
    new_job,
    sales,
    tiny_base,
    wait_for,
    wait_until,
)

pytestmark = [pytest.mark.models, pytest.mark.loop]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packages")
    with Server(folder, **tiny_base(folder / "tiny")) as running:
        yield running


@pytest.fixture(scope="module")
def model(server):
    with server.client() as client:
        job = new_job(
            client,
            sales(12),
            model="tiny",
            seed=1,
            hyperparameters={"n_epochs": 12, "learning_rate_multiplier": 10},
        )
        return wait_for(client, job, "succeeded", seconds=120).fine_tuned_model


@pytest.fixture
def client(server, openai_of):
    return openai_of(server)


def path_of(model, *more):
    return "/".join(["/local/models", model, "package", *more])


def package(client, model, **options):
    made = client.post(path_of(model), body=options, cast_to=object)
    assert made["status"] in {"building", "ready"}

    def done():
        found = client.get(path_of(model), cast_to=object)
        return found if found["status"] != "building" else None

    return wait_until(done, seconds=60)


@pytest.fixture
def fetch(server):
    """The bytes of a file of a package."""

    def get(model, name):
        request = urllib.request.Request(
            f"http://127.0.0.1:{server.port}/v1{path_of(model, name)}",
            headers={"Authorization": "Bearer a-key-for-tests"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()

    return get


def test_the_packaged_model_gives_the_same_answers_word_for_word(client, model):
    found = package(client, model)
    checked = found["checked"]
    assert (found["status"], checked["equal"]) == ("ready", True)
    assert len(checked["prompts"]) == 5
    assert all(it["expected"] and it["expected"] == it["packaged"] for it in checked["prompts"])
    assert checked["prompts"][0]["messages"][0]["role"] == "system"


def test_a_model_of_an_older_server_is_packed_as_well(client, server, model):
    """Its job was given less than this server gives one."""
    [job] = [it for it in client.fine_tuning.jobs.list() if it.fine_tuned_model == model]
    [task] = (server.folder / "data").rglob(f"{job.id}/task.json")
    [known] = (server.folder / "data").rglob(f"{job.id}/package/reference.json")
    task.write_text('{"gguf": "moved.gguf", "seed": 1}')
    known.unlink()
    assert package(client, model, type="f16")["status"] == "ready"


def test_its_files_are_those_it_tells_of(client, model, fetch):
    found = package(client, model)
    assert [it["name"] for it in found["files"]] == [
        "Modelfile",
        "adapter.gguf",
        "adapter.zip",
        "merged.gguf",
    ]
    for it in found["files"]:
        data = fetch(model, it["name"])
        assert (len(data), hashlib.sha256(data).hexdigest()) == (it["bytes"], it["sha256"])


def test_the_adapter_names_its_base_and_no_folder_of_this_machine(client, model, fetch):
    package(client, model)
    with zipfile.ZipFile(io.BytesIO(fetch(model, "adapter.zip"))) as archive:
        assert set(archive.namelist()) == {
            "adapter_config.json",
            "adapter_model.safetensors",
            "chat_template.jinja",
        }
        assert json.loads(archive.read("adapter_config.json"))["base_model_name_or_path"] == "tiny"


def test_the_modelfile_has_the_template_the_stop_and_the_system_text_of_the_training(
    client, model, fetch
):
    package(client, model)
    lines = fetch(model, "Modelfile").decode()
    assert lines.startswith("FROM ./merged.gguf\n")
    assert (
        "<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant" in lines
    )
    assert 'PARAMETER stop "<|im_end|>"' in lines
    assert 'SYSTEM """Eres una vendedora amable."""' in lines


def test_what_is_served_here_says_the_same_as_the_trained_model_in_its_own_library(client, model):
    """The adapter as llama.cpp reads it, against the one that peft trained."""
    rows = package(client, model)["checked"]["prompts"]
    assert [it["served"] for it in rows] == [it["expected"] for it in rows]


@pytest.mark.parametrize("kind", ["q8_0", "f16", "f32"])
def test_it_is_packed_in_the_type_that_is_asked_for(client, model, fetch, kind):
    assert package(client, model, type=kind)["type"] == kind
    assert fetch(model, "merged.gguf").startswith(b"GGUF")


def test_a_package_that_is_ready_is_not_made_again(client, model):
    first = package(client, model)
    assert client.post(path_of(model), body={}, cast_to=object) == first


def test_a_package_that_nobody_asked_for_is_not_there(client, server, model):
    checkpoints = [it.id for it in client.models.list() if ":ckpt-step-" in it.id]
    with pytest.raises(NotFoundError):
        client.get(path_of(checkpoints[0]), cast_to=object)
    with pytest.raises(NotFoundError):
        client.get(path_of(model, "..%2Fpackage.json"), cast_to=object)


def test_what_was_not_tuned_here_and_an_unknown_type_are_refused(client, model):
    with pytest.raises(BadRequestError, match="not a model that was tuned here"):
        client.post(path_of("tiny"), body={}, cast_to=object)
    with pytest.raises(NotFoundError):
        client.post(path_of("ft:nothing"), body={}, cast_to=object)
    with pytest.raises(BadRequestError) as error:
        client.post(path_of(model), body={"type": "q2_k"}, cast_to=object)
    assert error.value.param == "type"


def test_what_a_deleted_file_said_is_in_no_job_and_no_package_any_more(client, server, model):
    """The last test of this file: the model cannot be checked after it."""
    package(client, model)
    [job] = [it for it in client.fine_tuning.jobs.list() if it.fine_tuned_model == model]
    [folder] = (server.folder / "data").rglob(job.id)
    assert said_in(folder, "RD$70")
    client.files.delete(job.training_file)
    assert not said_in(folder, "RD$70")
    assert client.models.retrieve(model).id == model
    with pytest.raises(NotFoundError):
        client.get(path_of(model), cast_to=object)
    found = package(client, model)
    assert (found["status"], found["error"]["code"]) == ("failed", "packaging_failed")
    assert "nothing can be checked" in found["error"]["message"]


def said_in(folder, words):
    return [it for it in folder.rglob("*") if it.is_file() and words.encode() in it.read_bytes()]
