"""The chat of the API: whole, word by word, and for bots that hand messages over."""

import json

import pytest

from conversations import consent
from conversations.models import Conversation, Person
from rag import documents, indexing
from rag.models import Turn
from tests.factories import a_client, a_domain
from tests.fakes import a_completion, a_stream
from tests.rag.shop import a_shop

pytestmark = pytest.mark.django_db

ASK = "POST /chat/completions"
CHAT, STREAM = "/api/v1/configuracion/ai/chat", "/api/v1/configuracion/ai/chat/stream"
BOT = "/webhook/chat/messages"
HOURS = "La oficina abre de lunes a viernes a las nueve."
QUESTION = "¿A qué hora abre la oficina?"
ANA = "whatsapp:+593999999999"


@pytest.fixture
def domain(provider):
    provider.replies[ASK] = 200, a_completion("A las nueve [1].")
    domain = a_domain()
    indexing.index(documents.add_text(domain, title="Horario", text=HOURS, by="ana"))
    return domain


@pytest.fixture
def staff(domain):
    return a_client("rater", domain=domain)


def test_an_answer_has_the_documented_keys_and_its_sources(staff):
    body = staff.post(CHAT, {"pregunta": QUESTION}).json()
    assert set(body) == {
        *("success", "respuesta", "pregunta", "tokens_usados", "modelo_usado"),
        *("tiempo_respuesta", "metricas", "fuentes", "bienvenida", "proforma", "consentimiento"),
    }
    (source,) = body["fuentes"]
    assert {key: source[key] for key in ("numero", "titulo", "pagina", "citada")} == {
        "numero": 1,
        "titulo": "Horario",
        "pagina": None,
        "citada": True,
    }
    assert body["metricas"]["origen"] == "model"
    assert Turn.objects.get().pk == body["metricas"]["respuesta_id"]
    assert Turn.objects.get().conversation_id == body["metricas"]["conversacion_id"]


def test_when_nobody_can_answer_it_says_so_and_is_no_success(provider):
    provider.replies[ASK] = 503, {}
    body = a_client("rater").post(CHAT, {"pregunta": QUESTION}).json()
    assert (body["success"], body["metricas"]["origen"]) == (False, "sorry")
    assert "no puedo contestar" in body["respuesta"]


@pytest.mark.parametrize("question", ["", " ", "x" * 2001, 7, None])
def test_a_question_that_is_none_is_refused_by_name(staff, provider, question):
    answer = staff.post(CHAT, {"pregunta": question})
    assert answer.status_code == 422
    assert "pregunta" in answer.json()["error"]["details"]
    assert not provider.sent(ASK)


@pytest.mark.parametrize("url", [CHAT, STREAM])
def test_over_budget_is_429_with_a_reason_to_read(domain, staff, url):
    domain.daily_tokens = 1
    domain.save()
    staff.post(CHAT, {"pregunta": QUESTION})
    answer = staff.post(url, {"pregunta": QUESTION})
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "over_budget"
    assert "límite" in answer.json()["detail"]


# --- word by word ---------------------------------------------------------------------------------


def events(answer):
    """(name, data) of each event of a stream."""
    text = b"".join(answer.streaming_content).decode()
    for block in filter(None, text.split("\n\n")):
        name, data = block.split("\n")
        yield name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def test_a_stream_tells_the_words_and_then_all_of_the_answer(staff, provider):
    words = [f"palabra{n} " for n in range(30)]
    provider.replies[ASK] = 200, a_stream(words)
    answer = staff.post(STREAM, {"pregunta": QUESTION}, headers={"Accept": "text/event-stream"})
    assert answer.headers["Content-Type"] == "text/event-stream"
    *said, (end, whole) = events(answer)
    assert {name for name, _ in said} == {"texto"}
    assert end == "fin"
    assert "".join(it["texto"] for _, it in said).strip() == whole["respuesta"]
    assert whole["fuentes"]
    assert Conversation.objects.get().answer == whole["respuesta"]


@pytest.mark.django_db(transaction=True)
def test_who_leaves_midway_has_asked_all_the_same(staff, provider):
    provider.replies[ASK] = 200, a_stream([f"palabra{n} " for n in range(30)])
    answer = staff.post(STREAM, {"pregunta": QUESTION})
    assert b"palabra0" in next(iter(answer.streaming_content))
    answer.close()
    assert Conversation.objects.get().answer.endswith("palabra29")
    assert Turn.objects.get().source == "model"


def test_an_answer_without_a_model_comes_in_one_event(staff, provider):
    provider.replies[ASK] = 503, {}
    ((end, whole),) = events(staff.post(STREAM, {"pregunta": QUESTION}))
    assert (end, whole["respuesta"]) == ("fin", f"{HOURS} [1]")


def test_a_refusal_before_the_stream_is_json(staff):
    answer = staff.post(STREAM, {"pregunta": ""}, headers={"Accept": "text/event-stream"})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid"


# --- bots -----------------------------------------------------------------------------------------


@pytest.fixture
def bot(provider):
    provider.replies[ASK] = 200, a_completion("Claro que sí.")
    return a_client("bot", domain=a_domain("camaron"))


def says(bot, message, **fields):
    answer = bot.post(BOT, {"user_id": ANA, "message": message} | fields)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def test_a_bots_person_is_answered_and_asked_for_consent_once(bot):
    consent.write_text(a_domain("camaron"), "¿Autoriza?", by="ana")
    first = says(bot, QUESTION)
    assert set(first) == {
        *("success", "reply", "welcome", "source", "turn_id", "sources", "quote", "consent"),
    }
    assert (first["reply"], first["source"]) == ("Claro que sí.", "model")
    assert first["consent"] == {"question": "¿Autoriza?", "state": None}
    assert says(bot, "sí")["consent"] == {"question": None, "state": True}
    kept = says(bot, QUESTION, conversation_id="c1")
    row = Conversation.objects.get()
    assert Turn.objects.get(pk=kept["turn_id"]).conversation == row
    assert row.session.channel == "webhook"


def test_two_conversations_of_a_person_are_two_threads(bot):
    says(bot, "consentimiento sí")
    for thread in ("c1", "c2", "c1"):
        says(bot, QUESTION, conversation_id=thread)
    one, other, again = Conversation.objects.order_by("pk")
    assert one.session == again.session != other.session


def test_a_message_sent_again_with_its_key_gets_the_same_reply(bot):
    says(bot, "consentimiento sí")
    body = {"user_id": ANA, "message": QUESTION}
    answers = [bot.post(BOT, body, headers={"Idempotency-Key": "m1"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Conversation.objects.count() == 1


def test_commands_work_for_a_bot(bot):
    assert "No guardamos" in says(bot, "mis datos")["reply"]
    assert says(bot, "BAJA")["consent"]["state"] is False
    assert says(bot, "borrar mis datos")["source"] == "consent"


@pytest.mark.parametrize(
    ("field", "value"),
    [("user_id", ""), ("user_id", "+"), ("message", ""), ("message", 5), ("channel", "+5939")],
)
def test_what_is_wrong_with_a_message_is_named(bot, field, value):
    answer = bot.post(BOT, {"user_id": ANA, "message": QUESTION} | {field: value})
    assert answer.status_code == 422
    assert list(answer.json()["error"]["details"]) == [field]
    assert not Conversation.objects.exists()


def test_only_who_may_deliver_messages_may_hand_them_over(provider):
    assert a_client("rater", domain=a_domain("camaron")).post(BOT, {}).status_code == 403
    assert not Person.objects.exists()


def test_a_person_is_led_to_a_quote(provider):
    a_shop()
    bot = a_client("bot", domain=a_domain("camaron"))
    said = says(bot, "quiero una proforma de HLSO 16/20")
    assert said["source"] == "quote"
    assert said["quote"] is None
    assert not provider.sent(ASK)
    turn = Turn.objects.get(pk=said["turn_id"])
    assert "proforma" in [it["step"] for it in turn.steps]
