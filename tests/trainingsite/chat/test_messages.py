"""What is written in a public chat: answered once, word by word, and told to its writer alone."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from conversations.models import Conversation, Erasure, Person, Purpose
from core.models import KeptReply
from rag import documents, indexing
from rag.models import Turn
from tests.fakes import a_stream
from tests.trainingsite.chat.visiting import Visitor, events, new_key
from trainingsite.chat import visitors

ASK = "POST /chat/completions"
QUESTION = "¿A qué hora abre la oficina?"
HOURS = "La oficina abre de lunes a viernes a las nueve."


def test_an_answer_comes_word_by_word_and_then_whole(visitor, provider):
    provider.replies[ASK] = 200, a_stream([f"palabra{n} " for n in range(30)])
    answer = visitor.send(QUESTION)
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    *said, (end, whole) = events(answer)
    assert {name for name, _ in said} == {"texto"}
    assert end == "fin"
    assert "".join(it["texto"] for _, it in said).strip() == whole["respuesta"]


def test_the_page_is_told_what_its_visitor_may_know(visitor, domain, provider):
    provider.replies[ASK] = 200, a_stream(["A las nueve [1]."])
    indexing.index(documents.add_text(domain, title="Horario", text=HOURS, by="ana"))
    visitor.says("sí")
    told = visitor.says(QUESTION)
    assert told == {
        "success": True,
        "respuesta": "A las nueve [1].",
        "respuesta_id": Turn.objects.get().pk,
        "bienvenida": None,
        "fuentes": [{"numero": 1, "titulo": "Horario", "pagina": None}],
        "proforma": None,
        "consentimiento": {"pregunta": None, "estado": True},
        "borrado": False,
    }


def test_what_was_agreed_to_is_kept_as_a_persons_in_the_channel_web(visitor):
    visitor.says("sí")
    visitor.says(QUESTION)
    row = Conversation.objects.get()
    assert (row.origin, row.session.channel, row.user) == ("person", "web", None)


def test_without_a_yes_no_word_is_kept(visitor):
    visitor.says("no")
    told = visitor.says(QUESTION)
    assert told["respuesta"] == "A las nueve."
    assert not Conversation.objects.exists()


def test_nobody_is_asked_twice(visitor):
    visitor.says("sí")
    assert visitor.says(QUESTION)["consentimiento"] == {"pregunta": None, "estado": True}


def test_the_menu_tells_how_things_stand_and_erases(visitor):
    visitor.says("sí")
    visitor.says(QUESTION)
    assert "autorizó" in visitor.says("privacidad")["respuesta"]
    assert "1 pregunta guardada" in visitor.says("mis datos")["respuesta"]
    told = visitor.says("Borrar mis datos")
    assert told["borrado"]
    assert "Se borra todo" in told["respuesta"]
    assert Erasure.objects.get().person == Person.objects.get()
    assert not Person.objects.get().consents_to(Purpose.TRAINING)


@pytest.mark.parametrize("message", ["", " ", "x" * 2001, 7, None])
def test_what_is_no_message_is_refused_by_name(visitor, provider, message):
    answer = visitor.send(message)
    assert answer.status_code == 422
    assert "mensaje" in answer.json()["error"]["details"]
    assert not provider.sent(ASK)


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff"])
def test_a_body_that_cannot_be_read_is_refused(visitor, body):
    answer = visitor.client.post(
        "/chat/tienda/mensajes",
        body,
        content_type="application/json",
        headers={"X-Chat-Visitor": visitor.token, "Idempotency-Key": "a"},
    )
    assert answer.status_code in {400, 422}


def test_too_many_messages_of_a_visitor_wait(visitor):
    for _ in range(20):
        assert visitor.send("privacidad").status_code == 200
    assert visitor.send("privacidad").status_code == 429
    assert Visitor().send("privacidad").status_code == 200


def test_over_budget_says_so_before_the_answer_begins(visitor, domain):
    domain.daily_tokens = 1
    domain.save()
    visitor.says(QUESTION)
    answer = visitor.send(QUESTION)
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "over_budget"
    assert "límite" in answer.json()["detail"]


def test_no_log_holds_what_was_said_or_who_said_it(visitor, caplog, capfd):
    caplog.set_level("DEBUG")
    name = visitors.named_in(visitor.token, domain=visitor.person.domain)
    visitor.says("sí")
    visitor.says("Soy Zenobia Quiñonez, mi número es +593987123456")
    written = capfd.readouterr()
    text = caplog.text + written.out + written.err
    assert [it for it in ("Zenobia", "987123456", name, visitor.token) if it in text] == []


def test_addresses_are_counted_by_their_hash(visitor):
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM cache")
        keys = " ".join(key for (key,) in cursor.fetchall())
    assert "chat-visit:" in keys
    assert "127.0.0.1" not in keys


# --- once -----------------------------------------------------------------------------------------


def test_the_same_message_sent_again_gets_the_answer_that_was_made(visitor, provider):
    provider.replies[ASK] = 200, a_stream(["A las ", "nueve."])
    visitor.says("sí")
    key = new_key()
    first = visitor.says(QUESTION, key=key)
    assert events(visitor.send(QUESTION, key=key)) == [("fin", first)]
    assert len(provider.sent(ASK)) == 1
    assert Conversation.objects.count() == Turn.objects.count() == 1


def test_a_key_stands_for_one_message(visitor):
    key = new_key()
    visitor.says(QUESTION, key=key)
    answer = visitor.send("Otra cosa", key=key)
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["error"]["details"]


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_message_without_a_key_is_refused(visitor, key):
    answer = visitor.post("/mensajes", {"mensaje": QUESTION}, **{"Idempotency-Key": key})
    assert answer.status_code == 422


def test_anothers_key_opens_nothing(visitor, provider):
    key = new_key()
    visitor.says(QUESTION, key=key)
    Visitor().says(QUESTION, key=key)
    assert len(provider.sent(ASK)) == 2


def begin(visitor, provider, key):
    """A long answer of which the first words have come."""
    provider.replies[ASK] = 200, a_stream([f"palabra{n} " for n in range(30)])
    answer = visitor.send(QUESTION, key=key)
    said = iter(answer.streaming_content)
    assert b"palabra0" in next(said)
    return answer, said


def test_while_an_answer_is_made_its_twin_comes_back_later(visitor, provider):
    key = new_key()
    _, said = begin(visitor, provider, key)
    twin = visitor.send(QUESTION, key=key)
    assert (twin.status_code, twin.json()["error"]["code"]) == (409, "being_answered")
    assert all(said)
    assert visitor.says(QUESTION, key=key)["success"]
    assert len(provider.sent(ASK)) == 1


@pytest.mark.django_db(transaction=True)
def test_who_leaves_midway_finds_the_whole_answer(visitor, provider):
    key = new_key()
    answer, _ = begin(visitor, provider, key)
    answer.close()
    assert visitor.says(QUESTION, key=key)["respuesta"].endswith("palabra29")
    assert len(provider.sent(ASK)) == 1
    assert Turn.objects.get().source == "model"


def test_a_message_that_was_refused_may_be_sent_again(visitor, domain):
    key = new_key()
    visitor.says(QUESTION)
    domain.daily_tokens = 1
    domain.save()
    assert visitor.send(QUESTION, key=key).status_code == 429
    domain.daily_tokens = 0
    domain.save()
    assert visitor.says(QUESTION, key=key)["success"]


def test_a_fault_lets_the_message_be_sent_again(visitor, monkeypatch):
    def broken(*args, **fields):
        raise RuntimeError

    key = new_key()
    with monkeypatch.context() as patch:
        patch.setattr("rag.turns.begin", broken)
        assert visitor.send(QUESTION, key=key).status_code == 500
    assert visitor.says(QUESTION, key=key)["success"]


def test_what_a_lost_process_began_is_answered_by_the_next(visitor):
    key = new_key()
    visitor.says(QUESTION, key=key)
    lost = timezone.now() - timedelta(minutes=6)
    KeptReply.objects.update(status=None, answer=None, at=lost)
    assert visitor.says(QUESTION, key=key)["respuesta"] == "A las nueve."


def test_kept_answers_are_sealed(visitor, provider):
    provider.replies[ASK] = 200, a_stream(["Doña Ana, a las nueve."])
    visitor.says(QUESTION)
    kept = KeptReply.objects.get()
    assert "Ana" not in json.dumps([kept.key, kept.body, kept.answer])
