"""A trained model in other places: it counts once it answers there as it was trained to."""

import hashlib
import os
import shutil
import socket
import subprocess

import pytest
from django_q.models import OrmQ

from core.errors import Conflict, ModelRefused, ModelUnavailable
from core.models import AuditEvent
from core.work import MOST_CLAIMS
from finetune import deployment, tasks
from finetune import ollama as ollama_api
from finetune.deployment import deploy
from finetune.formats import modelfile
from finetune.models import DatasetItem, Deployment, Target
from finetune.ollama import NoOllama
from finetune.packages import NotPacked
from tests.finetune.fake_ollama import FakeOllama
from tests.finetune.fake_packages import FILES, MODELFILE, FakePackages, a_check, a_package
from tests.finetune.makers import a_trained_model
from tests.modelserver.server import tiny_base, wait_until

pytestmark = pytest.mark.django_db


@pytest.fixture
def model(domain, training_provider):
    return a_trained_model(domain, training_provider)


@pytest.fixture
def packages(provider, model):
    return FakePackages(provider, model.name)


@pytest.fixture
def ollama(settings):
    with FakeOllama() as running:
        running.said = {f"Pregunta {it}": f" Respuesta {it}\n" for it in range(5)}
        settings.OLLAMA_URL = running.url
        yield running


def deployed(model, target):
    row = deploy(model, target, by="ana")
    tasks.deploy_waiting()
    row.refresh_from_db()
    return row


@pytest.mark.parametrize(
    ("target", "file"), [(Target.ADAPTER, "adapter.zip"), (Target.GGUF, "merged.gguf")]
)
def test_a_file_is_deployed_once_its_answers_are_those_of_the_trained_model(
    packages, model, target, file
):
    row = deployed(model, target)
    assert row.checked_at
    assert (row.name, row.error) == (file, "")
    assert row.sha256 == hashlib.sha256(FILES[file]).hexdigest()
    assert [it["equal"] for it in row.checks] == [True] * 5
    assert row.checks[0]["question"] == "Pregunta 0"


def test_it_is_asked_for_once_and_by_somebody(packages, model):
    first, second = (deploy(model, Target.GGUF, by="ana") for _ in range(2))
    assert first == second
    asked = [it for it in OrmQ.objects.all() if it.func() == "finetune.tasks.deploy_waiting"]
    assert len(asked) == 1
    assert AuditEvent.objects.get(action="model_deployment_asked").actor == "ana"


def test_a_package_that_is_being_made_is_waited_for(packages, model):
    packages.told = a_package(status="building", files=[], checked=None)
    row = deployed(model, Target.GGUF)
    assert (row.checked_at, row.error) == (None, "")
    packages.told = a_package()
    assert tasks.deploy_waiting() == "1 waiting: 1 ended"
    row.refresh_from_db()
    assert row.checked_at


def killed(row):
    """A worker took the row and never came back."""
    assert Deployment.objects.filter(pk=row.pk).claim(limit=1, seconds=-1)


def test_what_another_is_at_is_left_alone_until_its_lease_runs_out(packages, provider, model):
    row = deploy(model, Target.GGUF, by="ana")
    (held,) = Deployment.objects.filter(pk=row.pk).claim(limit=1, seconds=60)
    assert tasks.deploy_waiting() == "1 waiting: 0 ended"
    assert provider.sent(f"GET {packages.path}") == []
    held.renew(-1)
    assert tasks.deploy_waiting() == "1 waiting: 1 ended"


def test_one_that_kills_its_worker_is_given_up_with_a_reason_and_can_be_asked_again(
    packages, model
):
    row = deploy(model, Target.GGUF, by="ana")
    for _ in range(MOST_CLAIMS):
        killed(row)
    assert tasks.deploy_waiting() == "1 waiting: 1 ended"
    row.refresh_from_db()
    assert (row.state, row.checked_at) == ("dead", None)
    assert "Se interrumpió cinco veces" in row.why
    assert tasks.deploy_waiting() == "0 waiting: 0 ended"
    again = deployed(model, Target.GGUF)
    assert again != row
    assert again.checked_at


def test_a_wait_for_the_provider_does_not_count_as_a_try(packages, model):
    packages.told = a_package(status="building", files=[], checked=None)
    row = deploy(model, Target.GGUF, by="ana")
    for _ in range(MOST_CLAIMS + 1):
        assert tasks.deploy_waiting() == "1 waiting: 0 ended"
    row.refresh_from_db()
    assert (row.state, row.attempts, row.why) == ("waiting", 0, "")


def test_a_late_worker_changes_nothing(packages, model):
    row = deploy(model, Target.GGUF, by="ana")
    (late,) = Deployment.objects.filter(pk=row.pk).claim(limit=1, seconds=-1)
    tasks.deploy_waiting()
    assert not late.end(error="tarde")
    row.refresh_from_db()
    assert (row.state, row.error) == ("done", "")


def test_one_other_word_and_it_is_not_deployed(packages, model):
    checks = [a_check(it) for it in range(4)] + [a_check(4, packaged="Otra", equal=False)]
    packages.told = a_package(status="different", checked={"max_tokens": 48, "prompts": checks})
    row = deployed(model, Target.GGUF)
    assert row.checked_at is None
    assert "1 de 5" in row.error
    assert row.checks[4]["answer"] == "Otra"


def test_a_package_that_failed_says_why(packages, model):
    packages.told = a_package(status="failed", error={"message": "No space left."}, checked=None)
    row = deployed(model, Target.GGUF)
    assert row.error == "No se pudo empaquetar: No space left."


def test_a_provider_that_gives_no_files_is_refused_and_nothing_is_kept(model):
    with pytest.raises(NotPacked, match="local"):
        deploy(model, Target.GGUF, by="ana")
    assert not Deployment.objects.exists()


def test_a_provider_that_is_away_is_asked_again(packages, provider, model):
    row = deploy(model, Target.GGUF, by="ana")
    provider.replies[f"GET {packages.path}"] = 503, {"error": {"message": "busy"}}
    assert tasks.deploy_waiting() == "1 waiting: 0 ended"
    provider.replies[f"GET {packages.path}"] = 200, b"<html>"
    assert tasks.deploy_waiting() == "1 waiting: 0 ended"
    row.refresh_from_db()
    assert (row.checked_at, row.error) == (None, "")


def test_ollama_gets_file_template_system_and_parameters_and_is_asked(packages, ollama, model):
    row = deployed(model, Target.OLLAMA)
    assert (row.error, row.name) == ("", f"{model.domain.slug}-bot:{model.pk}")
    assert row.checked_at
    made = ollama.models[row.name]
    assert ollama.blobs[made["files"]["merged.gguf"]] == FILES["merged.gguf"]
    assert made["template"].startswith("{{- range .Messages }}<|im_start|>{{ .Role }}\n")
    assert made["system"] == "Eres amable.\nPARAMETER no es una orden aquí"
    assert made["parameters"] == {"stop": ["<|im_end|>"], "num_ctx": 2048, "temperature": 0.2}
    assert len(ollama.asked) == 5
    assert ollama.asked[0]["options"] == {"temperature": 0, "seed": 1, "num_predict": 48}
    assert [it["role"] for it in ollama.asked[0]["messages"]] == ["system", "user"]


def test_a_file_that_ollama_has_is_not_sent_again(packages, ollama, model):
    deployed(model, Target.OLLAMA)
    assert deployed(model, Target.OLLAMA).checked_at
    assert ollama.uploads == 1


def test_ollama_that_answers_otherwise_does_not_count(packages, ollama, model):
    ollama.said["Pregunta 3"] = "Hello!"
    row = deployed(model, Target.OLLAMA)
    assert (row.checked_at, row.error) == (
        None,
        "Contesta distinto que el modelo entrenado en 1 de 5 preguntas.",
    )


def test_ollama_that_cannot_make_it_says_why(packages, ollama, model):
    ollama.progress = [{"status": "parsing GGUF"}, {"error": "unsupported architecture"}]
    row = deployed(model, Target.OLLAMA)
    assert row.error == "Ollama no pudo hacer el modelo: unsupported architecture"
    assert not ollama.models


def test_ollama_that_stops_half_way_is_asked_again(packages, ollama, model):
    ollama.progress = [{"status": "parsing GGUF"}]
    row = deployed(model, Target.OLLAMA)
    assert (row.checked_at, row.error) == (None, "")
    ollama.progress = [{"status": "success"}]
    tasks.deploy_waiting()
    row.refresh_from_db()
    assert row.checked_at


def test_the_loopback_ollama_refuses_bytes_that_are_not_those_of_the_digest(ollama, tmp_path):
    file = tmp_path / "merged.gguf"
    file.write_bytes(b"GGUF")
    with pytest.raises(ModelRefused, match="digest mismatch"):
        ollama_api.create("a:1", file, sha256="0" * 64, recipe=modelfile.Recipe())
    assert not ollama.models


@pytest.mark.parametrize("version", ["0.5.4", "0.1.30-rc1"])
def test_an_ollama_that_is_too_old_is_refused(packages, ollama, model, version):
    ollama.version = version
    with pytest.raises(NoOllama, match=f"{version} es demasiado viejo"):
        deploy(model, Target.OLLAMA, by="ana")


def test_without_an_ollama_it_is_said_what_is_missing(packages, settings, model):
    settings.OLLAMA_URL = ""
    with pytest.raises(NoOllama, match="OLLAMA_URL"):
        deploy(model, Target.OLLAMA, by="ana")


def test_an_ollama_that_does_not_answer_is_said(packages, settings, model):
    settings.OLLAMA_URL = "http://127.0.0.1:9"
    with pytest.raises(ModelUnavailable, match="ollama"):
        deploy(model, Target.OLLAMA, by="ana")
    assert not Deployment.objects.exists()


def test_the_file_that_was_checked_can_be_taken(packages, model, tmp_path):
    row = deployed(model, Target.ADAPTER)
    assert deployment.take(row, tmp_path, by="eva").read_bytes() == FILES["adapter.zip"]
    assert AuditEvent.objects.get(action="model_file_taken").actor == "eva"


def test_a_file_that_was_packed_anew_since_is_not_given(packages, model, tmp_path):
    row = deployed(model, Target.GGUF)
    packages.told["files"][2]["sha256"] = "0" * 64
    with pytest.raises(Conflict, match="otra vez"):
        deployment.take(row, tmp_path, by="eva")


def test_a_file_that_is_cut_short_on_the_way_is_told(packages, provider, model, tmp_path):
    row = deployed(model, Target.GGUF)
    provider.replies[f"GET {packages.path}/merged.gguf"] = 200, FILES["merged.gguf"][:-1]
    with pytest.raises(ModelUnavailable, match="no llegó entero"):
        deployment.take(row, tmp_path, by="eva")


def test_prompts_of_data_with_an_erased_person_are_not_kept(packages, model):
    item = model.job.dataset.items.first()
    DatasetItem.objects.filter(pk=item.pk).update(
        question="", answer="", rejected="", erased_at=model.created_at
    )
    row = deployed(model, Target.GGUF)
    assert row.checked_at
    assert row.checks == []


@pytest.mark.skipif(not shutil.which("ollama"), reason="no `ollama` was found on this machine")
def test_a_real_ollama_makes_and_runs_a_model_of_a_file(tmp_path, settings, tiny_gguf):
    """The loopback server above is what we believe of it; this is what it is."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    settings.OLLAMA_URL = f"http://{host}"
    wanted = {"OLLAMA_HOST": host, "OLLAMA_MODELS": str(tmp_path / "models")}
    process = subprocess.Popen(["ollama", "serve"], env=os.environ | wanted)
    try:
        wait_until(ollama_answers)
        digest = hashlib.sha256(tiny_gguf.read_bytes()).hexdigest()
        recipe = modelfile.read(MODELFILE)
        ollama_api.create("tienda-bot:1", tiny_gguf, sha256=digest, recipe=recipe)
        asked = [{"role": "user", "content": "¿Hay?"}]
        first, again = (ollama_api.answer("tienda-bot:1", asked, most_tokens=8) for _ in range(2))
    finally:
        process.terminate()
        process.wait(timeout=10)
    assert first == again


def ollama_answers():
    try:
        return ollama_api.version()
    except ModelUnavailable:
        return ""


@pytest.fixture
def tiny_gguf(tmp_path):
    tiny_base(tmp_path / "tiny")
    return tmp_path / "tiny" / "tiny.gguf"
