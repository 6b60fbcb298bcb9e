"""Thumbs on answers: given by whoever asked, listed and processed by administrators."""

import pytest

from conversations import consent
from conversations.models import ChatRating, Conversation, Person, Why
from core.models import AuditEvent, PromptVersion
from rag import documents, erasure, indexing
from rag.models import Correction, Turn
from tests.factories import a_client, a_domain, a_person
from tests.fakes import a_completion

pytestmark = pytest.mark.django_db

CHAT = "/api/v1/configuracion/ai/chat"
RATE, LIST = f"{CHAT}/calificar", f"{CHAT}/calificaciones"
QUESTION, WRONG, RIGHT = "¿A qué hora abre la oficina?", "A las once.", "A las nueve."
ANA = "whatsapp:+593999999999"
KEYS = {
    *("id", "pregunta", "respuesta_ai", "calificacion", "usuario_email", "procesado"),
    *("notas_procesamiento", "mejorado", "creado_en", "actualizado_en"),
}


@pytest.fixture(autouse=True)
def domain(provider):
    provider.replies["POST /chat/completions"] = 200, a_completion(WRONG)
    return a_domain()


@pytest.fixture
def staff(domain):
    client = a_client("rater")
    client.user.email = "eva@example.com"
    client.user.save()
    return client


@pytest.fixture
def bot(domain):
    return a_client("bot")


@pytest.fixture
def admin(domain):
    return a_client("admin")


def rate(client, value, **fields):
    body = {"pregunta": QUESTION, "respuesta": WRONG, "calificacion": value, **fields}
    answer = client.post(RATE, body, format="json")
    assert answer.status_code == 200, answer.json()
    return answer.json()["calificacion"]


def process(client, pk, **body):
    return client.put(f"{LIST}/{pk}/procesar", body, format="json")


@pytest.mark.parametrize(
    ("said", "value"),
    [
        *(
            (it, "arriba")
            for it in ("arriba", "Positivo", "sí", "si", 3, 5, "4", 3.5, True, "👍🏽")
        ),
        *((it, "abajo") for it in ("abajo", "negativo", "No", 1, 0, "2", 2.9, False, "👎")),
    ],
)
def test_words_and_numbers_are_thumbs(staff, said, value):
    assert rate(staff, said)["calificacion"] == value


@pytest.mark.parametrize("said", ["", "quizás", None, [], {}, "nan", "👌"])
def test_what_is_no_thumb_is_refused_by_name_and_nothing_is_kept(staff, said):
    body = {"pregunta": QUESTION, "respuesta": WRONG, "calificacion": said}
    answer = staff.post(RATE, body, format="json")
    assert answer.status_code == 422
    assert "calificacion" in answer.json()["error"]["details"]
    assert not ChatRating.objects.exists()


def test_an_answer_has_the_documented_keys_and_the_e_mail_of_staff(staff):
    body = staff.post(RATE, {"pregunta": QUESTION, "respuesta_ai": WRONG, "calificacion": "no"})
    assert set(body.json()) == {"mensaje", "calificacion"}
    found = body.json()["calificacion"]
    assert set(found) == KEYS
    assert (found["pregunta"], found["respuesta_ai"]) == (QUESTION, WRONG)
    assert (found["usuario_email"], found["procesado"], found["mejorado"]) == (
        *("eva@example.com", False, False),
    )


def test_a_thumb_needs_an_answer(staff):
    answer = staff.post(RATE, {"pregunta": QUESTION, "calificacion": 1})
    assert "respuesta_ai" in answer.json()["error"]["details"]


def test_personal_data_in_a_thumb_is_masked(staff):
    rate(staff, "no", pregunta="¿Qué debe ana.perez@example.com?", motivo="Llamar al 0991234567")
    row = ChatRating.objects.get()
    assert "ana.perez" not in row.question
    assert "0991234567" not in row.reason


def test_a_thumb_down_is_linked_and_waits_for_a_reviewer_with_its_reason(staff):
    staff.post(CHAT, {"pregunta": QUESTION})
    rate(staff, "abajo", motivo="Abre antes.")
    row = Conversation.objects.get()
    thumb = ChatRating.objects.get()
    assert (thumb.conversation, thumb.turn) == (row, Turn.objects.get())
    assert (row.stage, row.why) == ("needs_review", Why.THUMB_DOWN)
    assert row.reviews.get().notes == "Abre antes."


def test_a_thumb_up_leaves_the_exchange_alone(staff):
    staff.post(CHAT, {"pregunta": QUESTION})
    rate(staff, "arriba")
    assert Conversation.objects.get().stage == "approved"


def test_a_second_thumb_on_an_answer_replaces_the_first(staff):
    reply = staff.post(CHAT, {"pregunta": QUESTION}).json()
    for value in ("arriba", "abajo"):
        rate(staff, value, respuesta_id=reply["metricas"]["respuesta_id"])
    assert ChatRating.objects.get().thumb == "abajo"


def test_a_customer_without_consent_leaves_a_thumb_and_no_words(bot):
    bot.post(CHAT, {"pregunta": QUESTION, "usuario_externo": ANA})
    turn = Turn.objects.get().pk
    found = rate(bot, "no", usuario_externo=ANA, motivo="Soy Ana", respuesta_id=turn)
    assert found["usuario_email"] == Person.objects.get().pseudonym
    assert (found["pregunta"], found["respuesta_ai"]) == ("", "")
    assert "consentimiento" in found["notas_procesamiento"]
    assert ChatRating.objects.get().reason == ""
    assert Turn.objects.get().thumb == ChatRating.objects.get()


def test_a_forgotten_persons_thumb_goes_though_their_answer_is_nobodys_by_then(bot):
    bot.post(CHAT, {"pregunta": QUESTION, "usuario_externo": ANA})
    rate(bot, "no", usuario_externo=ANA, respuesta_id=Turn.objects.get().pk)
    Turn.objects.update(person=None)
    assert erasure.forget(Person.objects.get())["thumbs"] == 1
    assert not ChatRating.objects.exists()


def test_a_customer_who_agreed_sends_their_exchange_to_review(bot, domain):
    consent.grant(consent.person_known_as(ANA, domain=domain), channel="test")
    bot.post(CHAT, {"pregunta": QUESTION, "usuario_externo": ANA})
    found = rate(bot, "no", usuario_externo=ANA, motivo="Abre antes.")
    row = Conversation.objects.get()
    assert (found["pregunta"], row.why) == (row.question, Why.THUMB_DOWN)
    assert ChatRating.objects.get().reason == "Abre antes."


def test_nobody_rates_what_another_person_got(bot, domain):
    other = a_person(domain, consents=True)
    turn = Turn.objects.create(domain=domain, person=other, channel="chat", source="model")
    body = {"pregunta": QUESTION, "respuesta": WRONG, "calificacion": 1, "usuario_externo": ANA}
    answer = bot.post(RATE, body | {"respuesta_id": turn.pk})
    assert answer.status_code == 404
    assert "respuesta_id" in answer.json()["error"]["details"]
    assert not ChatRating.objects.exists()


def test_thumbs_are_listed_by_value_and_state_and_only_those_of_the_domain(staff, admin):
    for value in ("si", "no", "no"):
        rate(staff, value)
    ChatRating.objects.create(domain=a_domain("camaron"), question="q", answer="a", thumb="abajo")
    first = admin.get(LIST, {"calificacion": "abajo"}).json()
    assert first["total"] == 2
    process(admin, first["calificaciones"][0]["id"])
    left = admin.get(LIST, {"calificacion": "abajo", "procesado": "false"}).json()
    assert [it["id"] for it in left["calificaciones"]] == [first["calificaciones"][1]["id"]]
    assert admin.get(LIST).json()["total"] == 3
    assert staff.get(LIST).status_code == 403


def test_processing_with_notes_alone_does_not_say_improved(staff, admin):
    pk = rate(staff, "no")["id"]
    found = process(admin, pk, notas="Nada que cambiar.").json()["calificacion"]
    assert (found["procesado"], found["mejorado"]) == (True, False)
    assert found["notas_procesamiento"] == "Nada que cambiar."


def test_processing_with_a_correction_answers_right_from_now_on(staff, admin):
    staff.post(CHAT, {"pregunta": QUESTION})
    pk = rate(staff, "no")["id"]
    found = process(admin, pk, correccion=RIGHT).json()["calificacion"]
    assert (found["procesado"], found["mejorado"]) == (True, True)
    right = Correction.objects.get()
    assert ChatRating.objects.get().change == f"correction:{right.pk}"
    assert right.thumb_id == pk
    body = staff.post(CHAT, {"pregunta": QUESTION}).json()
    assert (body["respuesta"], body["metricas"]["origen"]) == (RIGHT, "correction")


def test_what_staff_rated_elsewhere_is_corrected_as_an_exchange_of_its_own(staff, admin):
    pk = rate(staff, "no")["id"]
    assert process(admin, pk, correccion=RIGHT).status_code == 200
    row = Conversation.objects.get()
    assert (row.answer, row.stars, row.stage) == (RIGHT, 5, "approved")
    assert ChatRating.objects.get().conversation == row


def test_a_thumb_without_words_cannot_be_corrected(bot, admin):
    bot.post(CHAT, {"pregunta": QUESTION, "usuario_externo": ANA})
    pk = rate(bot, "no", usuario_externo=ANA, respuesta_id=Turn.objects.get().pk)["id"]
    assert process(admin, pk, correccion=RIGHT).status_code == 409
    assert not ChatRating.objects.get().processed


def test_processing_names_the_prompt_that_was_changed(staff, admin, domain):
    pk, prompt = rate(staff, "no")["id"], PromptVersion.objects.get(domain=domain)
    found = process(admin, pk, mejora={"tipo": "prompt", "id": prompt.pk}).json()
    assert found["calificacion"]["mejorado"]
    assert ChatRating.objects.get().change == f"promptversion:{prompt.pk}"
    assert AuditEvent.objects.get(action="thumb_processed").details == {
        "cambio": f"promptversion:{prompt.pk}"
    }


@pytest.mark.parametrize("body", [{"mejora": {"tipo": "prompt", "id": 99}}, {"trozo_id": 99}])
def test_a_change_that_is_not_there_is_refused_and_nothing_is_processed(staff, admin, body):
    pk = rate(staff, "no")["id"]
    answer = process(admin, pk, **body)
    assert answer.status_code == 404
    assert [*body] == [*answer.json()["error"]["details"]]
    assert not ChatRating.objects.get().processed


def test_thumbs_of_another_domain_are_not_processed(admin):
    row = ChatRating.objects.create(
        domain=a_domain("camaron"), question="q", answer="a", thumb="abajo"
    )
    assert process(admin, row.pk).status_code == 404


def test_a_thumb_down_on_what_was_served_word_for_word_stops_it_being_served(staff, admin):
    staff.post(CHAT, {"pregunta": QUESTION})
    process(admin, rate(staff, "no")["id"], correccion="A las doce.")
    original = Conversation.objects.get()
    reply = staff.post(CHAT, {"pregunta": QUESTION}).json()
    assert reply["respuesta"] == "A las doce."
    for _ in range(2):
        rate(staff, "no", respuesta_id=reply["metricas"]["respuesta_id"], motivo="Ana dice que no")
    original.refresh_from_db()
    assert (original.stage, original.why) == ("needs_review", Why.THUMB_DOWN)
    complaint = original.reviews.first()
    assert original.reviews.filter(action="complain").count() == 2  # its own, and this one
    assert "Ana" not in complaint.notes
    assert staff.post(CHAT, {"pregunta": QUESTION}).json()["metricas"]["origen"] == "model"


def test_a_thumb_up_on_what_was_served_word_for_word_leaves_it(staff, admin):
    staff.post(CHAT, {"pregunta": QUESTION})
    process(admin, rate(staff, "no")["id"], correccion=RIGHT)
    reply = staff.post(CHAT, {"pregunta": QUESTION}).json()
    rate(staff, "si", respuesta_id=reply["metricas"]["respuesta_id"])
    assert staff.post(CHAT, {"pregunta": QUESTION}).json()["metricas"]["origen"] == "correction"


def test_a_correction_and_another_change_at_once_are_refused(staff, admin, domain):
    pk = rate(staff, "no")["id"]
    other = {"tipo": "prompt", "id": PromptVersion.objects.get(domain=domain).pk}
    answer = process(admin, pk, correccion=RIGHT, mejora=other)
    assert answer.status_code == 422
    assert [*answer.json()["error"]["details"]] == ["mejora"]
    assert not Correction.objects.exists()


def test_a_passage_without_the_right_answer_is_refused(staff, admin, domain):
    pk = rate(staff, "no")["id"]
    document = documents.add_text(domain, title="Horario", text=WRONG, by="ana")
    indexing.index(document)
    answer = process(admin, pk, trozo_id=document.chunks.get().pk)
    assert answer.status_code == 422
    assert [*answer.json()["error"]["details"]] == ["trozo_id"]
    assert not ChatRating.objects.get().processed
