"""Asked once, answered only by a whole yes or no to that question, or by a command."""

import pytest

from conversations import consent
from conversations.models import ConsentEvent, ConsentRequest, Purpose
from tests.factories import a_domain, a_person

pytestmark = pytest.mark.django_db

YES = ["sí", "Si", "SÍ", "¡Sí!", "*sí*", "yes", "Acepto.", "accept", "1", "1️⃣", " sí \n"]
NO = ["no", "No.", "NOPE", "rechazar", "reject", "2"]
NEITHER = [
    "sí quiero",
    "acepto el precio",
    "no quiero ese, el otro",
    "si me manda la proforma",
    "12",
    "",
    "claro",
    "sí " * 40,
]


@pytest.fixture
def person():
    domain = a_domain()
    consent.write_text(domain, "¿Autoriza el uso de sus mensajes?", by="ana")
    return a_person(domain)


def agrees(person):
    return person.consents_to(Purpose.TRAINING)


@pytest.mark.parametrize("message", YES)
def test_a_whole_yes_to_the_question_is_consent(person, message):
    request = consent.ask(person, channel="whatsapp")
    event = consent.hear(person, message, channel="whatsapp")
    assert agrees(person)
    assert (event.text_number, event.language, event.channel) == (1, "es", "whatsapp")
    assert event.evidence == f"pregunta {request.pk}"
    request.refresh_from_db()
    assert request.event == event
    assert request.closed_at


@pytest.mark.parametrize("message", NO)
def test_a_whole_no_to_the_question_is_a_refusal(person, message):
    consent.ask(person, channel="whatsapp")
    assert consent.hear(person, message, channel="whatsapp").granted is False
    assert not agrees(person)


@pytest.mark.parametrize("message", NEITHER)
def test_anything_else_is_no_answer_and_ends_the_question(person, message):
    consent.ask(person, channel="whatsapp")
    assert consent.hear(person, message, channel="whatsapp") is None
    assert consent.hear(person, "sí", channel="whatsapp") is None
    assert not ConsentEvent.objects.exists()


@pytest.mark.parametrize("message", [*YES, *NO])
def test_nobody_answers_what_was_not_asked(person, message):
    assert consent.hear(person, message, channel="whatsapp") is None
    assert not ConsentEvent.objects.exists()


def test_a_yes_in_another_channel_answers_something_else(person):
    consent.ask(person, channel="whatsapp")
    assert consent.hear(person, "sí", channel="web") is None
    assert consent.hear(person, "sí", channel="whatsapp").granted


def test_a_yes_of_another_person_is_theirs(person):
    consent.ask(person, channel="whatsapp")
    assert consent.hear(a_person(), "sí", channel="whatsapp") is None
    assert not agrees(person)


def test_nobody_is_asked_twice_with_the_same_words(person):
    assert consent.ask(person, channel="whatsapp")
    assert consent.ask(person, channel="whatsapp") is None
    consent.hear(person, "hola", channel="whatsapp")
    assert consent.ask(person, channel="web") is None


def test_who_ignored_the_question_is_asked_once_more_with_other_words(person):
    consent.ask(person, channel="whatsapp")
    consent.write_text(person.domain, "¿Nos autoriza?", by="ana")
    assert consent.ask(person, channel="whatsapp").text.number == 2
    assert ConsentRequest.objects.filter(closed_at=None).count() == 1


@pytest.mark.parametrize("granted", [True, False])
def test_who_answered_is_not_asked_again_even_with_other_words(person, granted):
    consent.record(person, purpose=Purpose.TRAINING, granted=granted, channel="web")
    consent.write_text(person.domain, "¿Nos autoriza?", by="ana")
    assert consent.ask(person, channel="whatsapp") is None


def test_nobody_is_asked_in_a_language_without_words(person):
    assert consent.ask(person, channel="whatsapp", language="pt") is None
    assert consent.ask(person, channel="whatsapp", language="es-EC")


@pytest.mark.parametrize(
    ("message", "granted"),
    [
        ("consentimiento sí", True),
        ("Consent: yes", True),
        ("CONSENTIMIENTO NO", False),
        ("consent no", False),
        ("BAJA", False),
        ("Baja.", False),
    ],
)
def test_a_command_settles_it_in_one_step_in_any_channel(person, message, granted):
    consent.record(person, purpose=Purpose.TRAINING, granted=not granted, channel="api")
    event = consent.hear(person, message, channel="web")
    assert (event.granted, event.channel, event.evidence) == (granted, "web", "orden")
    assert agrees(person) is granted


@pytest.mark.parametrize("message", ["datos sí", "baja el precio", "doy de baja", "privacidad no"])
def test_talk_of_a_sale_is_no_command(person, message):
    assert consent.hear(person, message, channel="web") is None


def test_a_command_refers_to_the_words_the_person_was_shown(person):
    consent.ask(person, channel="web")
    consent.write_text(person.domain, "¿Nos autoriza?", by="ana")
    consent.hear(person, "hola", channel="web")
    assert consent.hear(person, "consentimiento sí", channel="web").text_number == 1


@pytest.mark.parametrize(
    "message", ["consentimiento", "Consent", "¿Privacidad?", "privacy", "DATOS"]
)
def test_asking_how_it_stands_says_so_and_asks_again(person, message):
    consent.withdraw(person, channel="web")
    said = consent.reply_to(person, message, channel="web")
    assert "no se usan" in said.text
    assert said.question.text.number == 1
    assert "Gracias" in consent.reply_to(person, "sí", channel="web").text
    assert "autorizó" in consent.reply_to(person, message, channel="web").text


def test_what_is_not_about_consent_gets_no_reply(person):
    assert consent.reply_to(person, "precio del HLSO 16/20", channel="web") is None


def test_a_word_through_another_door_ends_the_question(person):
    consent.ask(person, channel="whatsapp")
    consent.withdraw(person, channel="api")
    assert consent.hear(person, "sí", channel="whatsapp") is None
    assert not agrees(person)
