import json

import pytest

from conversations.improve import NothingToImprove, improve
from conversations.models import Conversation
from core.errors import ModelRefused, ModelUnavailable
from tests.factories import a_domain
from tests.fakes import a_completion, a_model

pytestmark = pytest.mark.django_db

CHAT = "POST /chat/completions"
BETTER = {
    "pregunta_mejorada": "¿Cuándo vence mi cuota?",
    "respuesta_mejorada": "Su cuota vence el día 5.",
    "mejoras_aplicadas": ["Ortografía"],
}


def answering(provider, text):
    said = text if isinstance(text, str) else json.dumps(text)
    provider.replies[CHAT] = 200, a_completion(said)


def test_a_capable_model_improves_both(provider):
    answering(provider, BETTER)
    found = improve(a_domain(), question="cuando bence mi cuota", answer="el 5")
    assert (found.question, found.answer, found.notes) == tuple(BETTER.values())


def test_the_request_is_that_of_the_contract(provider):
    answering(provider, BETTER)
    improve(a_domain(), question="cuando bence", answer="el 5")
    sent = provider.sent(CHAT)[0]
    assert (sent["temperature"], sent["max_tokens"]) == (0.3, 2000)
    assert json.loads(sent["messages"][-1]["content"]) == {
        "pregunta": "cuando bence",
        "respuesta": "el 5",
    }


def test_only_masked_text_leaves_the_house_and_it_is_said(provider):
    answering(provider, BETTER)
    found = improve(a_domain(), question="soy ana@example.com, ¿cuando bence?")
    assert "@" not in provider.sent(CHAT)[0]["messages"][-1]["content"]
    assert "un dato personal" in found.notes[-1]


def test_what_was_not_given_is_not_made_up(provider):
    answering(provider, BETTER)
    found = improve(a_domain(), answer="el 5")
    assert (found.question, found.answer) == ("", BETTER["respuesta_mejorada"])


def test_the_demonstration_model_returns_the_originals_and_says_so(provider):
    provider.replies["GET /models/base-model"] = 200, a_model("base-model", demonstration=True)
    found = improve(a_domain(), question="cuando bence", answer="el 5")
    assert (found.question, found.answer) == ("cuando bence", "el 5")
    assert "modelo de demostración" in found.notes[0]
    assert not provider.sent(CHAT)


def test_a_service_without_pages_for_models_can_help(provider):
    del provider.replies["GET /models/base-model"]
    answering(provider, BETTER)
    assert improve(a_domain(), question="cuando bence").question == BETTER["pregunta_mejorada"]


@pytest.mark.parametrize(
    "text",
    [
        "Claro, aquí tienes:",
        "[]",
        "{}",
        BETTER | {"pregunta_mejorada": ""},
        BETTER | {"pregunta_mejorada": 5},
        BETTER | {"mejoras_aplicadas": "Ortografía"},
        BETTER | {"mejoras_aplicadas": [None]},
    ],
)
def test_anything_else_than_asked_returns_the_originals_with_a_note(provider, text):
    answering(provider, text)
    found = improve(a_domain(), question="cuando bence", answer="el 5")
    assert (found.question, found.answer, len(found.notes)) == ("cuando bence", "el 5", 1)


@pytest.mark.parametrize(
    ("status", "error"), [(503, ModelUnavailable), (429, ModelUnavailable), (401, ModelRefused)]
)
def test_a_provider_that_fails_is_an_explained_refusal(provider, status, error):
    provider.replies[CHAT] = status, {"error": {"message": "no"}}
    with pytest.raises(error):
        improve(a_domain(), question="cuando bence")


def test_nothing_to_improve_is_refused(provider):
    with pytest.raises(NothingToImprove):
        improve(a_domain(), question="  ", answer="")
    assert not provider.requests


def test_nothing_is_stored(provider):
    answering(provider, BETTER)
    improve(a_domain(), question="cuando bence")
    assert not Conversation.objects.exists()
