"""Trying the bot: three columns, each asked for on its own; nothing is kept."""

import pytest
from django.urls import reverse

from conversations.models import Conversation
from finetune import activation
from rag import documents, indexing
from tests.fakes import a_completion, a_model
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import a_trained_model

MARK = "modelo de demostración"
SCREEN, COLUMN = reverse("admin:playground"), reverse("admin:playground_answer")


def ask(client, variant="base", **fields):
    return client.post(COLUMN, {"pregunta": "¿Qué piden?", "variante": variant, **fields})


def test_the_screen_loads_each_column_by_its_own_request(sign_in):
    page = sign_in("rater").post(SCREEN, {"pregunta": "¿Qué piden?"}).content.decode()

    assert page.count(f'hx-post="{COLUMN}"') == 3


def test_a_column_shows_the_answer_its_time_and_its_tokens(sign_in, provider):
    provider.replies["POST /chat/completions"] = 200, a_completion("Una cédula.", tokens=42)

    page = ask(sign_in("rater")).content.decode()

    assert "Una cédula." in page
    assert "42 tokens" in page
    assert not Conversation.objects.exists()


def test_a_demonstration_model_is_called_that(sign_in, provider):
    provider.replies["POST /chat/completions"] = 200, a_completion("Hi.")
    provider.replies["GET /models/base-model"] = 200, a_model("base-model", demonstration=True)

    assert "modelo de demostración" in ask(sign_in("rater")).content.decode()


def test_the_active_models_column_is_marked_once(sign_in, domain, provider):
    training = FakeTraining(provider)
    model = a_trained_model(domain, training)
    activation.activate(model, by="ana", reason="De prueba.")
    domain.conversations.all().delete()  # no approved answer is served in the model's place
    provider.replies["POST /chat/completions"] = 200, a_completion("Hi.", model=model.name)
    rater = sign_in("rater")

    assert MARK in rater.get(SCREEN).content.decode()
    assert MARK not in ask(rater, "active").content.decode()


def test_who_answers_in_service_leans_on_documents_unless_they_are_left_out(
    sign_in, domain, provider
):
    document = documents.add_text(domain, title="Requisitos", text="Se pide una cédula.", by="ana")
    indexing.index(document)
    provider.replies["POST /chat/completions"] = 200, a_completion("Una cédula [1].")
    rater = sign_in("rater")

    assert "1 pasaje de documentos" in ask(rater, "active").content.decode()
    assert "pasaje" not in ask(rater, "active", sin_documentos="on").content.decode()


def test_documents_stay_left_out_with_the_next_question(sign_in):
    rater = sign_in("rater")

    left_out = rater.post(SCREEN, {"pregunta": "¿Qué piden?", "sin_documentos": "on"})

    assert 'name="sin_documentos" checked' in left_out.content.decode()
    assert 'name="sin_documentos">' in rater.get(SCREEN).content.decode()


def test_a_provider_that_is_down_fails_its_column_only(sign_in, provider):
    provider.replies["POST /chat/completions"] = 503, {"error": {"message": "busy"}}

    answer = ask(sign_in("rater"))

    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()


def test_what_a_model_says_is_escaped(sign_in, provider):
    said = "<img src=x onerror=alert(1)>"
    provider.replies["POST /chat/completions"] = 200, a_completion(said)

    assert said not in ask(sign_in("rater")).content.decode()


@pytest.mark.parametrize("fields", [{"variant": "otro"}, {"pregunta": " "}])
def test_nothing_else_is_asked(sign_in, provider, fields):
    assert ask(sign_in("rater"), **fields).status_code == 403
    assert not provider.sent("POST /chat/completions")
