"""A bot lets this product answer for a person: asked once, never held up."""

import json

import pytest
from django.db import DatabaseError

from conversations import consent
from conversations.models import Conversation, Person
from tests.factories import a_client, a_domain
from tests.fakes import a_completion

pytestmark = pytest.mark.django_db

CHAT = "/api/v1/configuracion/ai/chat"
WHO = {"usuario_externo": "whatsapp:+593999999999", "canal": "whatsapp"}
TEXT = "Autorizo que mis mensajes sean utilizados de forma anonimizada para mejorar el sistema."
QUESTION = "¿Qué papeles piden para un préstamo?"


@pytest.fixture
def bot(provider):
    provider.replies["POST /chat/completions"] = 200, a_completion("Cédula y planilla.")
    consent.write_text(a_domain(), TEXT, by="ana")
    return a_client("bot")


def says(bot, message, **fields):
    answer = bot.post(CHAT, {"pregunta": message, **WHO, **fields})
    assert answer.status_code == 200, answer.json()
    body = answer.json()
    return body["respuesta"], body["consentimiento"]


def test_the_first_answer_carries_the_question_and_the_second_does_not(bot):
    assert says(bot, QUESTION) == ("Cédula y planilla.", {"pregunta": TEXT, "estado": None})
    assert says(bot, QUESTION) == ("Cédula y planilla.", {"pregunta": None, "estado": None})
    assert not Conversation.objects.exists()


def test_a_bot_that_names_nobody_is_refused_and_nothing_is_kept(bot, provider):
    answer = bot.post(CHAT, {"pregunta": QUESTION})
    assert answer.status_code == 422
    assert "usuario_externo" in answer.json()["error"]["details"]
    assert not provider.requests
    assert not Conversation.objects.exists()


def test_a_yes_is_thanked_neither_looked_up_nor_kept_and_what_follows_is_kept(bot, provider):
    says(bot, QUESTION)
    asked = len(provider.requests)
    reply, state = says(bot, "Sí")
    assert "Gracias" in reply
    assert state == {"pregunta": None, "estado": True}
    assert len(provider.requests) == asked
    assert not Conversation.objects.exists()
    assert says(bot, QUESTION) == ("Cédula y planilla.", {"pregunta": None, "estado": True})
    row = Conversation.objects.get()
    assert (row.origin, row.person) == ("person", Person.objects.get())


def test_a_no_changes_nothing_for_the_person(bot):
    says(bot, QUESTION)
    assert says(bot, "no")[1] == {"pregunta": None, "estado": False}
    assert says(bot, QUESTION) == ("Cédula y planilla.", {"pregunta": None, "estado": False})
    assert not Conversation.objects.exists()


def test_a_yes_inside_a_sale_is_a_sale(bot):
    says(bot, QUESTION)
    assert says(bot, "sí quiero") == ("Cédula y planilla.", {"pregunta": None, "estado": None})
    assert says(bot, "acepto")[1]["estado"] is None


def test_privacidad_says_how_it_stands_and_asks_again(bot):
    says(bot, QUESTION)
    says(bot, "no")
    reply, state = says(bot, "Privacidad")
    assert "no se usan" in reply
    assert state == {"pregunta": TEXT, "estado": False}
    assert says(bot, "sí")[1]["estado"] is True


def test_withdrawing_takes_one_message_as_giving_does(bot):
    assert says(bot, "consentimiento sí")[1]["estado"] is True
    assert says(bot, "consentimiento no")[1]["estado"] is False


def test_a_bot_of_a_domain_without_a_text_asks_nothing(provider):
    provider.replies["POST /chat/completions"] = 200, a_completion("Cédula.")
    assert says(a_client("bot"), QUESTION) == ("Cédula.", {"pregunta": None, "estado": None})


def test_without_a_person_nobody_is_asked(bot):
    body = a_client("rater").post(CHAT, {"pregunta": QUESTION}).json()
    assert body["consentimiento"] == {"pregunta": None, "estado": None}
    assert not Person.objects.exists()


def test_only_who_may_deliver_messages_speaks_for_people(bot):
    answer = a_client("rater").post(CHAT, {"pregunta": QUESTION, **WHO})
    assert answer.status_code == 403
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("usuario_externo", "+", "user_id"),
        ("usuario_externo", "a\ud800b", "usuario_externo"),
        ("usuario_externo", 5, "usuario_externo"),
        ("canal", "+593999999999", "canal"),
    ],
)
def test_a_person_who_cannot_be_told_is_refused_by_name(bot, field, value, named):
    body = json.dumps({"pregunta": QUESTION, **WHO, field: value})  # escapes what is no text
    answer = bot.post(CHAT, data=body, content_type="application/json")
    assert answer.status_code == 422
    assert list(answer.json()["error"]["details"]) == [named]


def test_one_person_who_asks_a_lot_holds_up_no_other(bot):
    for _ in range(20):
        says(bot, QUESTION)
    assert bot.post(CHAT, {"pregunta": QUESTION, **WHO}).status_code == 429
    says(bot, QUESTION, usuario_externo="+593999999998")


def test_an_exchange_that_cannot_be_kept_is_answered_all_the_same(bot, monkeypatch):
    def broken(**fields):
        raise DatabaseError("row contains secrets")

    says(bot, "consentimiento sí")
    monkeypatch.setattr("rag.assistant.keeping.capture", broken)
    assert says(bot, QUESTION)[0] == "Cédula y planilla."


def test_what_a_person_says_in_a_channel_is_one_thread_and_rates_the_answer_before(bot):
    says(bot, "consentimiento sí")
    says(bot, QUESTION)
    says(bot, "Perfecto, muchas gracias")
    says(bot, QUESTION, canal="web")
    first, second, elsewhere = Conversation.objects.order_by("pk")
    assert first.session == second.session != elsewhere.session
    assert (first.score, first.next_message) == (5, "Perfecto, muchas gracias")
    assert [turn["content"] for turn in second.history] == [QUESTION, "Cédula y planilla."]
    assert elsewhere.history == []
