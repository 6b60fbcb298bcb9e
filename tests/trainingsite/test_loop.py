"""The whole loop, for real: a modelserver of its own trains a few steps and answers."""

import csv
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from conversations.models import Conversation
from core.models import Domain
from finetune import activation
from finetune.evaluation import exam
from finetune.models import Evaluation, FineTuningJob, TrainedModel
from rag.assistant import answer
from tests.factories import a_domain, a_user
from tests.modelserver.server import KEY, Server, tiny_base
from trainingsite.loop import stars_by_rule

PRODUCTS = ["pulpo", "calamar", "atún", "corvina", "dorado", "langosta", "cangrejo", "mejillón"]
TOWNS = ["Quito", "Cuenca", "Loja"]
STEPS = 4


@pytest.fixture
def models(tmp_path, settings):
    """A real server that trains a tiny model a few steps, as the site's only provider."""
    options = tiny_base(tmp_path / "tiny") | {"MODELSERVER_MAX_STEPS_CPU": str(STEPS)}
    with Server(tmp_path, **options) as server:
        settings.LLM_PROVIDERS = {
            "local": {
                "base_url": f"http://127.0.0.1:{server.port}/v1",
                "api_key": KEY,
                "chat_model": "tiny",
                "embedding_model": "e5-query",
                "trains": True,
            }
        }
        yield server


@pytest.fixture
def exchanges(tmp_path):
    """Twenty-four good exchanges and a bad line."""
    file = tmp_path / "charla.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(["pregunta", "respuesta", "calificacion"])
        for product in PRODUCTS:
            for town in TOWNS:
                question = f"¿Cuánto cuesta enviar {product} fresco hasta {town}?"
                rows.writerow([question, f"El {product} llega a {town} por diez dólares.", 5])
        rows.writerow(["¿Y la respuesta?", "", ""])
    return file


def loop(file, *options):
    out = StringIO()
    call_command("loop", "--input", str(file), "--origin", "source", *options, stdout=out)
    return out.getvalue()


@pytest.mark.models
@pytest.mark.loop
@pytest.mark.django_db(transaction=True)
def test_a_file_becomes_a_trained_judged_model_that_answers(models, exchanges, monkeypatch):
    monkeypatch.setattr(exam, "EVERY", exam.EVERY[:4])  # the others are asked in the same way
    a_domain("charla", base_model="tiny", answer_model="tiny")
    found = json.loads(loop(exchanges, "--json"))

    assert (found["importadas"], found["calificadas"]) == (24, 24)
    assert "falta respuesta" in found["ilegibles"][0]
    assert found["reparto"]["preguntas_en_ambas"] == 0
    assert found["reparto"]["ejemplos_validacion"] >= 1
    assert found["entrenamiento"]["estado"] == "succeeded"
    assert found["evaluacion"]["loss"]["after"] < found["evaluacion"]["loss"]["before"]
    assert {"base", "examples", "tuned"} <= set(found["preguntas"][0])
    model = TrainedModel.objects.get()
    assert found["activado"] is Evaluation.objects.get().better
    assert found["activado"] is bool(activation.active(model.domain))
    figures = FineTuningJob.objects.get().events.values_list("data", flat=True)
    steps = [data["step"] for data in figures if "step" in data]
    assert (min(steps), max(steps)) == (0, STEPS)

    activation.activate(model, by="test", reason="De prueba.")
    reply = answer(model.domain, "¿Cuánto vale mandar pargo a Ambato?", by=a_user())
    assert reply.model == model.name
    assert reply.examples

    again = answer(model.domain, Conversation.objects.earliest("pk").question, by=a_user())
    assert (again.source, again.text) == ("approved", Conversation.objects.earliest("pk").answer)


@pytest.mark.django_db
def test_too_few_examples_are_refused_with_their_number(tmp_path, provider):
    file = tmp_path / "poco.jsonl"
    file.write_text('{"pregunta": "¿Abren hoy?", "respuesta": "Sí, hasta las seis."}\n')
    with pytest.raises(CommandError, match="Faltan 9"):
        loop(file)
    assert not provider.sent("POST /files")


@pytest.mark.django_db
def test_a_file_without_a_good_line_is_refused_and_leaves_nothing(tmp_path, provider):
    file = tmp_path / "malo.csv"
    file.write_text("question,answer\n¿Abren?,Sí\n")
    with pytest.raises(CommandError, match=r"malo\.csv: la primera línea no nombra"):
        loop(file)
    assert not Domain.objects.filter(slug="malo").exists()


@pytest.mark.django_db
def test_a_provider_that_is_down_is_said_before_anything_is_imported(tmp_path, provider):
    provider.replies["GET /models"] = 503, {"error": {"message": "busy"}}
    file = tmp_path / "a.csv"
    file.write_text("pregunta,respuesta\n¿Abren?,Sí\n")
    with pytest.raises(CommandError, match="local"):
        loop(file)
    assert not Conversation.objects.exists()


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match="No existe"):
        loop(tmp_path / "nada.jsonl")


@pytest.mark.django_db
def test_rule_gives_few_stars_to_what_does_not_answer():
    domain = a_domain()
    given = {
        answer: stars_by_rule(Conversation(domain=domain, question="¿Abren hoy?", answer=answer))
        for answer in ("Sí, hasta las seis.", "Sí.", "¿abren HOY?")
    }
    assert list(given.values()) == [4, 2, 2]
