"""What people say about their data, in any channel: heard before all else, and never kept."""

import pytest

from conversations import consent, erasure, incoming
from conversations.incoming import Message
from conversations.models import (
    ChatRating,
    Conversation,
    Erasure,
    Purpose,
    Thumb,
)
from rag import dialogues
from rag.assistant import answer
from rag.models import Dialogue, Quote, Turn
from tests.factories import a_domain, a_person
from tests.fakes import a_completion
from tests.trainingsite.rows import a_row

pytestmark = pytest.mark.django_db

TEXT = "¿Autoriza el uso de sus mensajes?"
ERASE = ["borrar mis datos", "¡BORRAR MIS DATOS!", "*Elimina mis datos.*"]


@pytest.fixture
def domain(provider):
    provider.replies["POST /chat/completions"] = 200, a_completion("Cuesta diez.")
    domain = a_domain()
    consent.write_text(domain, TEXT, by="ana")
    return domain


@pytest.fixture
def person(domain):
    return a_person(domain, consents=True)


def says(person, message, channel="chat"):
    return answer(person.domain, message, person=person, channel=channel)


def erase_all():
    return erasure.forget_due(Erasure.objects.all())


@pytest.mark.parametrize(
    "message", ["privacidad", "Mis datos", "¿mis datos?", "BAJA", "consentimiento no", *ERASE]
)
def test_no_command_reaches_a_model_or_is_kept(person, provider, message):
    reply = says(person, message)
    assert reply.source == "consent"
    assert not provider.requests
    assert not Conversation.objects.exists()
    assert not Turn.objects.exists()


@pytest.mark.parametrize(
    "message", ["los mis datos de envío", "borrar mis datos de la cuenta 3", "baja el precio"]
)
def test_only_a_whole_message_is_a_command(person, message):
    assert says(person, message).source == "model"
    assert person.consents_to(Purpose.TRAINING)


def test_privacidad_tells_what_is_kept_and_until_when(person):
    says(person, "¿cuánto cuesta?")
    told = says(person, "privacidad").text
    assert "autorizó" in told
    assert "1 pregunta guardada" in told
    assert "El diálogo abierto está cifrado y se borra el" in told
    assert "borrar mis datos" in told


def test_mis_datos_tells_the_answers_to_consent_and_the_counts(person):
    says(person, "¿cuánto cuesta?")
    says(person, "¿y dos?")
    told = says(person, "mis datos").text
    assert "Para mejorar el servicio dijo sí el" in told
    assert "2 preguntas guardadas" in told


def test_who_never_agreed_hears_that_nothing_is_kept(domain):
    someone = a_person(domain)
    told = says(someone, "mis datos").text
    assert "No ha contestado" in told
    assert "No guardamos ninguna conversación" in told


def test_baja_takes_consent_back_and_what_was_said_is_erased(person):
    says(person, "¿cuánto cuesta?")
    says(person, "baja")
    assert not person.consents_to(Purpose.TRAINING)
    erase_all()
    assert not Conversation.objects.filter(person=person).exists()


@pytest.mark.parametrize("message", ERASE)
def test_borrar_mis_datos_leaves_nothing_but_the_proof(person, message):
    domain = person.domain
    says(person, "¿cuánto cuesta?")
    quote = a_row("rag_quote", domain)
    Quote.objects.filter(pk=quote.pk).update(person=person, client="sellado")
    ChatRating.objects.create(domain=domain, question="", answer="", thumb=Thumb.DOWN)
    turn = Turn.objects.get()
    turn.thumb = ChatRating.objects.get()
    turn.save()
    assert "Se borra todo" in says(person, message).text
    assert not Dialogue.objects.filter(person=person).exists()
    assert erase_all() == "1 forgotten, 0 failed"
    assert not Conversation.objects.filter(person=person).exists()
    assert not ChatRating.objects.exists()
    quote.refresh_from_db()
    assert (quote.person, quote.client) == (None, "")
    assert [it.granted for it in person.consents.order_by("pk")] == [True, False]


def test_borrar_mis_datos_of_who_never_agreed_erases_what_is_open(domain):
    someone = a_person(domain)
    says(someone, "¿cuánto cuesta?")
    dialogues.opened(someone, "web")
    says(someone, "borrar mis datos")
    assert not Dialogue.objects.exists()
    assert erase_all() == "1 forgotten, 0 failed"


def test_what_is_said_after_erasing_is_a_new_beginning(person):
    says(person, "¿cuánto cuesta?")
    says(person, "borrar mis datos")
    consent.grant(person, channel="test")
    kept = says(person, "¿y ahora?").conversation
    erase_all()
    assert list(Conversation.objects.filter(person=person)) == [kept]


# --- a bot that only hands over what was said -----------------------------------------------------


def delivered(domain, text, number=1):
    message = Message(
        user_id="whatsapp:+593999999999",
        conversation_id="c1",
        message_id=f"m{number}",
        question=text,
        answer="Claro.",
    )
    (outcome,) = incoming.deliver(domain, [message])
    return outcome


@pytest.mark.parametrize("command", ["mis datos", "Borrar mis datos"])
def test_a_bots_message_about_data_is_heard_and_not_kept(domain, command):
    delivered(domain, "consentimiento sí")
    assert delivered(domain, "¿cuánto cuesta?", 2).conversation
    assert delivered(domain, command, 3).refusal.code == "about_consent"
    erase_all()
    assert Conversation.objects.exists() is (command == "mis datos")


def test_a_command_delivered_twice_erases_once(domain):
    delivered(domain, "consentimiento sí", 1)
    delivered(domain, "borrar mis datos", 2)
    delivered(domain, "consentimiento sí", 3)
    assert delivered(domain, "¿cuánto cuesta?", 4).conversation
    delivered(domain, "borrar mis datos", 2)
    erase_all()
    assert Conversation.objects.count() == 1
