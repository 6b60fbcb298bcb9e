"""One command from a domain's conversations to a packed model that was asked a question."""

import subprocess
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from finetune.models import Dataset, Deployment, FineTuningJob
from tests.factories import a_domain
from tests.fakes import a_completion
from tests.finetune.fake_ollama import FakeOllama
from tests.finetune.fake_packages import FakePackages, a_package
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import examples
from tests.modelserver.server import KEY, Server, tiny_base
from trainingsite import following, local_training

MODEL = "ft:base-model:test:bot:1"


@pytest.fixture
def domain(db):
    domain = a_domain("tienda", base_model="base-model")
    examples(domain, 24)
    return domain


@pytest.fixture
def service(provider, monkeypatch):
    """A provider whose trainings end, and are packed, while they are waited for."""
    training = FakeTraining(provider)
    training.packages = FakePackages(provider, MODEL)

    def wait(_seconds):
        for name, job in training.jobs.items():
            if job["status"] != "succeeded":
                training.say(name, "Paso 4 de 4")
                training.succeed(name, MODEL)
        if training.packages.told["status"] == "building":
            training.packages.told = a_package()
        FineTuningJob.objects.update(asked_at=None)  # it may be asked again at once

    monkeypatch.setattr(following.time, "sleep", wait)
    provider.replies["POST /chat/completions"] = lambda sent: (
        200,
        a_completion(f"{sent['model']}: {sent['messages'][-1]['content']}"),
    )
    return training


def train(*options):
    out = StringIO()
    call_command("train_local", "--domain", "tienda", *options, stdout=out)
    return out.getvalue()


def test_each_step_is_told_with_its_result(domain, service):
    said = train()
    for step in ("1/4 Datos de «tienda»", "2/4 Entrenamiento", "3/4 Empaquetado", "4/4 Prueba"):
        assert step in said
    assert "Paso 4 de 4" in said
    assert "merged.gguf, 5 de 5 respuestas iguales" in said
    assert "sin entrenar: base-model: Busco un curso de piano" in said
    assert f"entrenado: {MODEL}: Busco un curso de piano" in said
    assert f"Listo: {MODEL}" in said


def test_what_is_done_is_not_done_again(domain, service):
    train()
    assert "Ya estaba entrenado" in train("--ask", "¿Hay garantía?")
    counts = [it.objects.count() for it in (Dataset, FineTuningJob, Deployment)]
    assert counts == [1, 1, 1]


def test_a_package_that_takes_a_while_is_waited_for(domain, service):
    service.packages.told = a_package(status="building", files=[], checked=None)
    assert "5 de 5 respuestas iguales" in train()


def test_it_goes_on_after_a_failure_where_it_was(domain, service, provider):
    kept = provider.replies.pop(f"POST {service.packages.path}")
    with pytest.raises(CommandError, match="no entrega este modelo como archivos"):
        train()
    provider.replies[f"POST {service.packages.path}"] = kept
    assert "Ya estaba entrenado" in train()
    assert len(service.jobs) == 1


def test_the_model_is_put_into_ollama_where_there_is_one(domain, service, settings):
    with FakeOllama() as ollama:
        settings.OLLAMA_URL = ollama.url
        ollama.said = {f"Pregunta {it}": f"Respuesta {it}" for it in range(5)}
        ollama.said["Busco un curso de piano"] = "El de piano."
        said = train()
    assert "Ollama: tienda-bot:" in said
    assert "en Ollama: El de piano." in said
    assert "system" in [it["role"] for it in ollama.asked[-1]["messages"]]


def test_the_file_is_copied_where_it_is_wanted(domain, service, tmp_path):
    train("--to", str(tmp_path / "modelo"))
    assert (tmp_path / "modelo" / "merged.gguf").read_bytes().startswith(b"GGUF")


def test_a_model_that_answers_otherwise_once_packed_ends_the_command(domain, service):
    service.packages.told["checked"]["prompts"][0]["packaged"] = "Otra cosa"
    with pytest.raises(CommandError, match="1 de 5 preguntas"):
        train()


def test_a_training_that_fails_is_said(domain, service, monkeypatch):
    def fail(_seconds):
        service.job.update(status="failed", finished_at=9)
        FineTuningJob.objects.update(asked_at=None)

    monkeypatch.setattr(following.time, "sleep", fail)
    with pytest.raises(CommandError, match="El entrenamiento terminó failed"):
        train()


def test_a_model_server_that_is_down_is_said_before_anything_is_made(domain, settings):
    settings.LLM_PROVIDERS["local"]["base_url"] = "http://127.0.0.1:9/v1"
    with pytest.raises(CommandError, match="«local» no responde"):
        train()
    assert not Dataset.objects.exists()


def test_an_unknown_domain_is_refused(db):
    with pytest.raises(CommandError, match="«tienda»"):
        train()


@pytest.mark.models
@pytest.mark.loop
@pytest.mark.django_db(transaction=True)
def test_a_real_model_is_trained_packed_checked_and_asked(tmp_path, settings, monkeypatch):
    """Random weights of a few hundred kilobytes: the whole way, and none of the minutes."""
    tiny = tiny_base(tmp_path / "tiny")
    domain = a_domain("tienda", base_model="tiny", answer_model="tiny")
    examples(domain, 24)
    with Server(tmp_path, **tiny) as server:
        settings.LLM_PROVIDERS["local"] |= {
            "base_url": f"http://127.0.0.1:{server.port}/v1",
            "api_key": KEY,
            "chat_model": "tiny",
        }
        for module in (following, local_training):
            monkeypatch.setattr(module, "SECONDS_BETWEEN_LOOKS", 0.2)
        said = train("--epochs", "3", "--to", str(tmp_path))
    assert "5 de 5 respuestas iguales" in said
    assert (tmp_path / "merged.gguf").read_bytes().startswith(b"GGUF")
    assert Deployment.objects.get().checked_at


def test_the_documents_script_leads_to_the_command():
    script = Path(__file__).parents[2] / "scripts" / "train-local-model.sh"
    done = subprocess.run([script, "--help"], capture_output=True, text=True)
    assert done.stdout.startswith("Entrenando el modelo local de la tienda\n")
    assert "--epochs" in done.stdout
    assert done.stdout.endswith("Terminado\n")
