"""Consent and what people say about their data, on WhatsApp."""

import pytest

from conversations import consent
from conversations.models import Conversation, Person, Purpose
from tests.rag.whatsapp.talk import (
    says,
    taps,
)

pytestmark = pytest.mark.django_db


def test_consent_is_asked_once_with_two_buttons(asking, graph):
    says("¿Qué tallas hay?")
    says("¿Y precios?")
    answer, question, second = graph.sent
    assert (answer["type"], second["type"]) == ("text", "text")
    asked = question["interactive"]
    assert (asked["type"], asked["body"]["text"]) == ("button", "¿Autoriza el uso de sus mensajes?")
    titles = [it["reply"]["title"] for it in asked["action"]["buttons"]]
    assert titles == ["Sí", "No"]


@pytest.mark.parametrize(("button", "granted"), [("consent_yes", True), ("consent_no", False)])
def test_a_button_answers(asking, graph, button, granted):
    says("¿Qué tallas hay?")
    taps(button, "Sí" if granted else "No")
    event = Person.objects.get().consents.get()
    assert (event.granted, event.channel) == (granted, "whatsapp")
    assert event.evidence.startswith("pregunta ")
    assert graph.texts[-1].startswith("Gracias." if granted else "De acuerdo:")


@pytest.mark.parametrize(("word", "granted"), [("sí", True), ("NO", False)])
def test_so_do_words(asking, graph, word, granted):
    says("¿Qué tallas hay?")
    says(word)
    assert Person.objects.get().word_on(Purpose.TRAINING).granted == granted


def test_a_button_that_is_tapped_late_is_understood(asking, graph):
    says("¿Qué tallas hay?")
    says("¿Y precios?")
    taps("consent_yes", "Sí")
    assert Person.objects.get().consents_to(Purpose.TRAINING)


def test_a_button_of_something_else_is_its_words(domain, graph):
    taps("otro", "Quiero precios")
    assert graph.texts == ["Sobre «Quiero precios» le cuento."]


def test_a_long_question_of_consent_has_its_buttons_at_the_end(domain, graph):
    text = " ".join(["Guardamos lo que escribe."] * 60) + " ¿Acepta?"
    consent.write_text(domain, text, by="ana")
    says("¿Qué tallas hay?")
    _, *asked = graph.sent
    assert [it["type"] for it in asked] == ["text", "interactive"]
    assert " ".join(graph.texts[1:]) == text


def test_only_with_a_yes_is_anything_kept(asking, graph):
    says("¿Qué tallas hay?")
    assert not Conversation.objects.exists()
    taps("consent_yes", "Sí")
    says("¿Qué precios hay?")
    assert Conversation.objects.get().question == "¿Qué precios hay?"


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ("privacidad", "Sus mensajes no se usan"),
        ("Mis datos", "No ha contestado"),
        ("BAJA", "De acuerdo"),
    ],
)
def test_words_about_ones_data_reach_no_model(asking, graph, provider, words, begins):
    says(words)
    assert graph.texts[0].startswith(begins)
    assert provider.sent("POST /chat/completions") == []


def test_privacidad_asks_again_with_buttons(asking, graph):
    says("privacidad")
    assert graph.sent[-1]["type"] == "interactive"
