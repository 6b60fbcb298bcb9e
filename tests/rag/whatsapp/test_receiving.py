"""WhatsApp's deliveries: proven, stored once, and never with a word that can be read."""

import json

import pytest
from django_q.models import OrmQ
from rest_framework.test import APIClient

from conversations import consent
from conversations.models import Person
from core.models import Domain
from rag.models import Inbound
from rag.whatsapp import answering, sending
from tests.rag.whatsapp.fake_graph import (
    ADDRESS,
    NUMBER,
    PHONE,
    SECRET,
    WORD,
    a_delivery,
    a_message,
    a_status,
    a_text,
    deliver,
    post,
    signature_of,
)

pytestmark = pytest.mark.django_db


def challenge(**asked):
    usual = {"mode": "subscribe", "verify_token": WORD, "challenge": "1158201444"}
    return APIClient().get(ADDRESS, {f"hub.{key}": it for key, it in (usual | asked).items()})


def test_the_challenge_comes_back_as_text(graph):
    answer = challenge()
    assert (answer.status_code, answer.content) == (200, b"1158201444")
    assert answer["Content-Type"] == "text/plain"


@pytest.mark.parametrize(
    "wrong",
    [
        {"verify_token": "otra"},
        {"verify_token": "ñ"},
        {"verify_token": ""},
        {"mode": "unsubscribe"},
        {"challenge": ""},
        {"challenge": "1" * 300},
    ],
)
def test_another_word_gets_no_challenge(graph, wrong):
    assert challenge(**wrong).status_code == 403


def test_where_whatsapp_is_not_set_up_nobody_is_there(settings):
    settings.WHATSAPP_APP_SECRET = settings.WHATSAPP_VERIFY_TOKEN = ""
    body = a_delivery(a_text("hola"))
    assert challenge(verify_token="").status_code == 404
    assert post(body, signature_of(body, secret="")).status_code == 404


@pytest.mark.parametrize("signature", ["sha256=", "sha256=ñ", signature_of("otra"), "x", " "])
def test_what_the_app_did_not_sign_is_refused_and_not_stored(domain, signature):
    answer = post(a_delivery(a_text("hola")), signature)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "bad_signature")
    assert not Inbound.objects.exists()
    assert not Person.objects.exists()


def test_a_body_that_was_changed_on_the_way_is_refused(domain):
    body = a_delivery(a_text("hola"))
    changed = body.replace("hola", "holb")
    assert post(changed, signature_of(body)).status_code == 403


def test_the_signature_is_of_the_bytes_as_they_came(domain):
    """Whatever JSON may be written in other ways: spaces, accents as they are or escaped."""
    for body in (a_delivery(a_text("¿Qué?")), json.dumps(json.loads(a_delivery()), indent=2)):
        assert post(body).status_code == 200


@pytest.mark.parametrize("body", ["", "{", "[" * 100_000])
def test_signed_nonsense_is_a_bad_request(domain, body):
    assert post(body).status_code == 400


@pytest.mark.parametrize(
    "payload",
    [
        [],
        {"entry": 1},
        {"entry": [1, {"changes": [{"value": []}, None]}]},
        {"entry": [{"changes": [{"value": {"messages": [{}, 1, {"id": "x"}], "metadata": 1}}]}]},
        {"entry": [{"changes": [{"value": {"statuses": [{}, {"errors": [3], "status": 1}]}}]}]},
    ],
)
def test_shapes_that_nobody_knows_are_passed_over(domain, payload):
    assert post(json.dumps(payload)).status_code == 200
    assert not Inbound.objects.exists()


def test_a_delivery_that_comes_again_is_stored_and_answered_once(domain, graph):
    body = a_delivery(a_text("¿Qué tallas hay?"))
    for _ in range(3):
        assert post(body).status_code == 200
        answering.go_on()
        sending.go_on()
    assert Inbound.objects.count() == 1
    assert len(graph.sent) == 1


def test_every_delivery_rings_once_and_one_without_news_not_at_all(domain):
    body = a_delivery(a_text("uno"), a_text("dos"))
    post(body)
    post(body)
    deliver(statuses=[a_status("sent", name="wamid.x")])
    assert [it.func() for it in OrmQ.objects.all()] == ["rag.tasks.answer_messages"]


def test_a_message_to_a_number_of_others_is_none_of_ours(domain, caplog):
    assert deliver(a_text("hola"), number="999").status_code == 200
    assert not Inbound.objects.exists()
    assert "WHATSAPP_NUMBERS" in caplog.text


def test_a_number_whose_domain_is_not_there_asks_whatsapp_to_come_again(domain):
    Domain.objects.filter(slug="camaron").update(slug="otro")
    answer = deliver(a_text("hola"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "no_domain")
    assert not Inbound.objects.exists()


def test_what_whatsapp_says_of_itself_is_no_message(domain):
    deliver(a_message("system", body="User changed their number"))
    assert not Inbound.objects.exists()


def test_who_hides_their_telephone_is_answered_by_their_id(domain, graph):
    message = a_text("¿Qué tallas hay?")
    del message["from"]
    deliver(message | {"from_user_id": "EC.13491208655302741918"})
    answering.go_on()
    sending.go_on()
    (sent,) = graph.sent
    assert sent["recipient"] == "EC.13491208655302741918"
    assert "to" not in sent


def test_a_sender_who_could_be_anybody_is_passed_over(domain, caplog):
    assert deliver(a_text("hola", sender="-")).status_code == 200
    assert not Inbound.objects.exists()


def test_one_number_is_one_person_in_every_channel(domain):
    known = consent.person_known_as(f"+{PHONE}", domain=domain)
    deliver(a_text("hola"))
    assert Inbound.objects.get().person == known


def test_nothing_that_is_stored_names_anybody(domain, caplog):
    name = f"wamid.{PHONE}"
    deliver(a_text("vivo en la calle Canario", name=name))
    row = Inbound.objects.get()
    stored = " ".join(str(it) for it in Inbound.objects.values_list().get())
    assert row.sealed
    for secret in (PHONE, name, "Canario", NUMBER, SECRET):
        assert secret not in stored
        assert secret not in caplog.text
