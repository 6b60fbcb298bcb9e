"""``POST /webhook/training/messages``: what a bot delivers is kept once, or refused by field."""

import json
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations import consent
from conversations.models import (
    ChatMessage,
    ChatSession,
    ConsentEvent,
    Conversation,
    Person,
    Processing,
)
from tests.factories import a_client, a_domain
from trainingsite.api import bodies

pytestmark = pytest.mark.django_db

URL = "/webhook/training/messages"
ANA, LUIS = "whatsapp:+593991111111", "whatsapp:+593992222222"


@pytest.fixture
def shrimp():
    return a_domain("camaron")


@pytest.fixture
def bot(shrimp):
    for who in (ANA, LUIS):
        consent.grant(consent.person_known_as(who, domain=shrimp), channel="test")
    return a_client("bot", domain=shrimp)


def a_message(**fields):
    return {
        "user_id": ANA,
        "conversation_id": "c1",
        "message_id": "m1",
        "user_message": "¿Precio de HLSO 16/20?",
        "bot_response": "Seis dólares.",
    } | fields


def a_turn(role, content, **fields):
    base = {"user_id": ANA, "conversation_id": "c1", "message_id": f"{role}-{content}"}
    return base | {"role": role, "content": content} | fields


def test_a_message_with_its_answer_is_one_exchange(bot, shrimp):
    answer = bot.post(URL, a_message())
    row = Conversation.objects.get()
    assert answer.status_code == 202
    assert answer.json() == {"success": True, "captured": True, "id": row.pk, "duplicate": False}
    assert (row.domain, row.origin, row.stage) == (shrimp, "person", "captured")
    assert (row.question, row.answer) == ("¿Precio de HLSO 16/20?", "Seis dólares.")
    assert Processing.objects.get().conversation == row
    assert ChatMessage.objects.count() == 2


def test_what_the_bot_knows_around_it_is_kept_masked(bot):
    context = {
        "historial": [{"role": "user", "content": "Soy ana@example.com"}],
        "productId": "HLSO",
        "productName": "Camarón HLSO",
        "category": "precios",
    }
    metadata = {"state": "cotizando", "has_quote": True, "phone": "0991234567"}
    bot.post(URL, a_message(context=context, metadata=metadata))
    row = Conversation.objects.get()
    assert row.history == [{"role": "user", "content": "Soy [EMAIL]"}]
    assert (row.product_code, row.product, row.category) == ("HLSO", "Camarón HLSO", "precios")
    assert row.metadata == {"state": "cotizando", "has_quote": True}


def test_null_is_the_same_as_nothing(bot):
    nothing = dict.fromkeys(["bot_response", "role", "content", "context", "metadata", "sent_at"])
    assert bot.post(URL, a_message(**nothing)).status_code == 202
    assert Conversation.objects.get().answer == ""


@pytest.mark.parametrize("word", [None, False])
def test_without_consent_nothing_is_kept(bot, shrimp, word):
    stranger = "whatsapp:+593993333333"
    if word is not None:
        consent.withdraw(consent.person_known_as(stranger, domain=shrimp), channel="test")
    people = Person.objects.count()
    answer = bot.post(URL, a_message(user_id=stranger))
    assert answer.status_code == 202
    assert answer.json() == {"success": True, "captured": False, "reason": "no_consent"}
    assert Person.objects.count() == people
    assert not Conversation.objects.exists()
    assert not ChatSession.objects.exists()


def test_the_id_of_the_person_is_stored_nowhere(bot):
    bot.post(URL, a_message())
    tables = [Person, ChatSession, Conversation, ChatMessage]
    stored = json.dumps([list(it.objects.values()) for it in tables], default=str)
    assert "991111111" not in stored


def test_the_same_message_again_is_the_same_row(bot):
    first, second = bot.post(URL, a_message()).json(), bot.post(URL, a_message()).json()
    assert second == first | {"duplicate": True}
    assert Conversation.objects.count() == 1


def test_one_person_has_one_thread_however_their_number_is_spelled(bot):
    bot.post(URL, a_message())
    again = bot.post(URL, a_message(user_id="593 99 111 1111")).json()
    assert again["duplicate"]


def test_the_same_ids_of_another_person_are_another_message(bot):
    bot.post(URL, a_message())
    assert not bot.post(URL, a_message(user_id=LUIS)).json()["duplicate"]
    assert ChatSession.objects.count() == 2


def test_a_turn_of_the_bot_answers_the_last_question(bot):
    asked = bot.post(URL, a_turn("user", "¿Precio?")).json()
    answered = bot.post(URL, a_turn("assistant", "Seis."))
    assert answered.json() == {"captured": True, "duplicate": False} | {
        "success": True,
        "id": asked["id"],
    }
    assert Conversation.objects.get().answer == "Seis."


def test_turns_of_two_persons_in_a_conversation_of_the_same_name_never_cross(bot):
    bot.post(URL, a_turn("user", "¿Precio?"))
    answer = bot.post(URL, a_turn("assistant", "Seis.", user_id=LUIS))
    assert answer.json()["reason"] == "no_question"
    assert Conversation.objects.get().answer == ""


def test_a_command_about_consent_is_heard_and_not_kept(bot, shrimp):
    person = consent.find_person(ANA, domain=shrimp)
    batch = [
        a_message(),
        a_message(message_id="m2", user_message="BAJA"),
        a_message(message_id="m3"),
    ]
    results = bot.post(URL, batch).json()["results"]
    assert [it.get("reason") for it in results] == [None, "about_consent", "no_consent"]
    assert not person.consents_to("training")
    assert ConsentEvent.objects.latest("pk").channel == "webhook"


def a_person_who_was_asked(domain):
    consent.write_text(domain, "¿Autoriza el uso de sus mensajes?", by="test")
    person = consent.person_known_as("whatsapp:+593995555555", domain=domain)
    consent.ask(person, channel="webhook")
    return person, {"user_id": "593 99 555 5555", "bot_response": ""}


def test_the_answer_to_the_question_of_consent_is_heard_and_not_kept(bot, shrimp):
    person, theirs = a_person_who_was_asked(shrimp)
    batch = [
        a_turn("assistant", "¿Autoriza el uso de sus mensajes?", user_id=theirs["user_id"]),
        a_message(message_id="m1", user_message="Sí", **theirs),
        a_message(message_id="m2", **theirs),
        a_message(message_id="m3", user_message="no", **theirs),
    ]
    results = bot.post(URL, batch).json()["results"]
    assert [it.get("reason") for it in results] == ["no_consent", "about_consent", None, None]
    assert person.consents_to("training")
    assert Conversation.objects.count() == 2


def test_another_thing_said_ends_the_question_and_is_kept_where_agreed(bot, shrimp):
    person, theirs = a_person_who_was_asked(shrimp)
    consent.grant(person, channel="test")
    consent.ask(person, channel="webhook", again=True)
    for number, said in enumerate(["¿Precio?", "no"]):
        bot.post(URL, a_message(message_id=f"m{number}", user_message=said, **theirs))
    assert person.consents_to("training")
    assert Conversation.objects.count() == 2


def test_who_asks_how_their_consent_stands_is_not_kept(bot):
    answer = bot.post(URL, a_message(user_message="¿Privacidad?"))
    assert answer.json() == {"success": True, "captured": False, "reason": "about_consent"}
    people = Person.objects.count()
    bot.post(URL, a_message(user_message="privacidad", user_id="whatsapp:+593997777777"))
    assert Person.objects.count() == people
    assert not Conversation.objects.exists()


def test_people_are_looked_up_once_however_many_speak_of_consent(bot):
    said = ["datos", "consentimiento sí", "privacidad"] * 5
    batch = [
        a_message(user_id=f"+5939911111{n:02}", message_id=str(n), user_message=text)
        for n, text in enumerate(said, start=11)
    ]
    with CaptureQueriesContext(connection) as queries:
        results = bot.post(URL, {"messages": batch}).json()["results"]
    assert {result["reason"] for result in results} == {"about_consent"}
    lookups = [it for it in queries.captured_queries if '"pseudonym" IN' in it["sql"]]
    assert len(lookups) == 1


def test_an_old_yes_that_is_delivered_again_does_not_undo_a_later_no(bot, shrimp):
    yes = a_message(message_id="m1", user_message="consentimiento sí")
    for body in (yes, a_message(message_id="m2", user_message="BAJA"), yes):
        assert bot.post(URL, body).json()["reason"] == "about_consent"
    person = consent.find_person(ANA, domain=shrimp)
    assert not person.consents_to("training")


def test_when_it_was_sent_is_when_it_was_said(bot):
    bot.post(URL, a_message(sent_at="2026-11-20T10:00:00-05:00"))
    assert Conversation.objects.get().created_at.isoformat() == "2026-11-20T15:00:00+00:00"


WRONG = [
    ({"user_id": ""}, "user_id"),
    ({"user_id": "+"}, "user_id"),
    ({"user_id": 593991111111}, "user_id"),
    ({"user_id": "a" * 201}, "user_id"),
    ({"conversation_id": None}, "conversation_id"),
    ({"message_id": ["m1"]}, "message_id"),
    ({"user_message": ""}, "user_message"),
    ({"user_message": "  \n"}, "user_message"),
    ({"user_message": "x" * 1_000_000}, "user_message"),
    ({"user_message": "a\0b"}, "user_message"),
    ({"user_message": "a\ud800b"}, "user_message"),
    ({"bot_response": {"text": "Sí"}}, "bot_response"),
    ({"user_message": None, "bot_response": "Sí"}, "user_message"),
    ({"role": "user"}, "role"),
    ({"content": "Sí"}, "content"),
    ({"user_message": None, "bot_response": None, "role": "system", "content": "a"}, "role"),
    ({"user_message": None, "bot_response": None, "role": "user"}, "content"),
    ({"context": []}, "context"),
    ({"context": {"historial": "hola"}}, "context"),
    ({"context": {"historial": [{"role": "user", "content": "a\0"}]}}, "context"),
    ({"context": {"productId": 7}}, "context"),
    ({"metadata": {"has_quote": "sí"}}, "metadata"),
    ({"metadata": {"state": "x" * 51}}, "metadata"),
    ({"sent_at": "ayer"}, "sent_at"),
    ({"sent_at": "2026-11-20T10:00:00"}, "sent_at"),
    ({"sent_at": "2026-02-30T10:00:00Z"}, "sent_at"),
    ({"sent_at": "9999-12-31T23:59:59-23:00"}, "sent_at"),
    ({"sent_at": 1700000000}, "sent_at"),
]


@pytest.mark.parametrize(("fields", "name"), WRONG)
def test_what_is_wrong_is_refused_by_its_field_and_nothing_is_kept(bot, fields, name):
    body = json.dumps(a_message(**fields))
    answer = bot.post(URL, data=body, content_type="application/json")
    assert answer.status_code == 422
    assert list(answer.json()["error"]["details"]) == [name]
    assert not Conversation.objects.exists()
    assert not ChatSession.objects.exists()


def test_the_far_future_is_refused_and_a_wrong_clock_is_not(bot):
    near, far = (timezone.now() + timedelta(hours=hours) for hours in (23, 25))
    assert bot.post(URL, a_message(sent_at=far.isoformat())).status_code == 422
    assert bot.post(URL, a_message(sent_at=near.isoformat())).status_code == 202


@pytest.mark.parametrize("wrap", [list, lambda batch: {"messages": batch}])
def test_a_bad_item_of_a_batch_hurts_no_other(bot, wrap):
    batch = [
        a_message(message_id="m1"),
        a_message(message_id="m2", user_message=""),
        a_message(message_id="m3", user_id="whatsapp:+593994444444"),
        a_turn("assistant", "Nada.", conversation_id="c9", message_id="m4"),
        "nonsense",
        a_message(message_id="m6", user_id="+"),
        a_message(message_id="m7", conversation_id="c2"),
        a_message(message_id="m1"),
    ]
    answer = bot.post(URL, wrap(batch))
    body = answer.json()
    assert answer.status_code == 202
    assert (body["captured"], body["rejected"]) == (3, 5)
    results = body["results"]
    assert [it["index"] for it in results] == list(range(8))
    assert [it["message_id"] for it in results] == ["m1", "m2", "m3", "m4", None, "m6", "m7", "m1"]
    assert [it["captured"] for it in results] == [True] + [False] * 5 + [True, True]
    assert set(results[1]["error"]["details"]) == {"user_message"}
    assert [it.get("reason") for it in results[2:4]] == ["no_consent", "no_question"]
    assert set(results[5]["error"]["details"]) == {"user_id"}
    assert results[7] == {
        "index": 7,
        "message_id": "m1",
        "captured": True,
        "id": results[0]["id"],
        "duplicate": True,
    }
    assert Conversation.objects.count() == 2


@pytest.mark.parametrize("nonsense", [None, 5, "a", []])
def test_an_item_that_is_no_object_is_refused_by_name_too(bot, nonsense):
    (result,) = bot.post(URL, [nonsense]).json()["results"]
    assert list(result["error"]["details"]) == ["non_field_errors"]


@pytest.mark.parametrize("batch", [[], {"messages": []}, {"messages": "a"}, [{}] * 1001])
def test_a_batch_holds_one_to_a_thousand(bot, batch):
    answer = bot.post(URL, batch)
    assert answer.status_code == 422
    assert list(answer.json()["error"]["details"]) == ["messages"]


@pytest.mark.parametrize(
    "body",
    ["{", "[" * 100_000, '{"a":' * 100_000, "NaN", b"\xff\xfe", '{"user_id": "\xf1"'.encode()],
)
def test_what_is_no_json_is_a_400(bot, body):
    answer = bot.post(URL, data=body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "parse_error")


@pytest.mark.parametrize("body", ["1", '"a"', "null", "{}", "true"])
def test_json_that_is_no_message_is_a_422(bot, body):
    answer = bot.post(URL, data=body, content_type="application/json")
    assert answer.status_code == 422


def test_a_body_over_five_megabytes_is_a_413_whose_sender_was_heard_out(bot):
    answer = bot.post(URL, data=b" " * (5 * 1024 * 1024 + 1), content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    assert not answer.wsgi_request.read()


def test_a_body_without_end_is_cut_off(bot, monkeypatch):
    monkeypatch.setattr(bodies, "MOST_PASSED_OVER", 1024)
    answer = bot.post(URL, data=b" " * (5 * 1024 * 1024 + 1), content_type="application/json")
    assert answer.status_code == 413
    assert len(answer.wsgi_request.read()) == 5 * 1024 * 1024 + 1 - 1024


def test_a_body_in_chunks_is_asked_for_its_length(bot):
    answer = bot.post(URL, a_message(), HTTP_TRANSFER_ENCODING="chunked")
    assert (answer.status_code, answer.json()["error"]["code"]) == (411, "length_required")


def test_an_unknown_domain_is_a_404(bot):
    assert bot.post(f"{URL}?dominio=nada", a_message()).status_code == 404


@pytest.mark.parametrize("role", ["rater", "reviewer", "auditor", "trainer"])
def test_only_bots_and_administrators_deliver(shrimp, role):
    assert a_client(role, domain=shrimp).post(URL, a_message()).status_code == 403


def test_what_a_client_may_not_set_changes_nothing(bot):
    bot.post(URL, a_message(stage="approved", score=5, stars=5, person_id=1, origin="staff"))
    row = Conversation.objects.get()
    assert (row.stage, row.score, row.stars, row.origin) == ("captured", None, None, "person")


def test_a_batch_repeated_with_its_key_is_answered_alike(bot):
    batch = [a_message(message_id=f"m{n}") for n in range(3)]
    first, second = (bot.post(URL, batch, HTTP_IDEMPOTENCY_KEY="k") for _ in range(2))
    assert (second.status_code, second.content) == (202, first.content)
    assert second["Idempotency-Replayed"] == "true"


@pytest.mark.django_db(transaction=True)
def test_the_same_message_at_the_same_moment_is_one_row(bot):
    answers, start = [], Barrier(6)

    def send():
        mine = type(bot)()
        mine.credentials(**bot._credentials)
        start.wait()
        answers.append(mine.post(URL, a_message()).json())
        connection.close()

    threads = [Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({it["id"] for it in answers}) == 1
    assert sum(it["duplicate"] for it in answers) == 5
    assert Conversation.objects.count() == 1
    assert ChatMessage.objects.count() == 2
