"""A bot may sign its bodies instead of sending a key."""

import json
import time

import pytest
from rest_framework.test import APIClient

from conversations import consent
from conversations.models import Conversation
from core.models import ApiToken
from tests.factories import a_domain, a_user
from trainingsite.api.signatures import signed

pytestmark = pytest.mark.django_db

URL = "/webhook/training/messages"
BODY = json.dumps(
    {
        "user_id": "+593991111111",
        "conversation_id": "c1",
        "message_id": "m1",
        "user_message": "¿Precio?",
    }
)


@pytest.fixture
def token():
    domain = a_domain("camaron")
    consent.grant(consent.person_known_as("+593991111111", domain=domain), channel="test")
    bot = a_user("bot", domain=domain)
    return ApiToken.objects.issue(user=bot, domain=domain, name="test")[0]


def sign(token, stamp, *, body=BODY, url=URL, method="POST", secret=None):
    secret = secret or token.signing
    return signed(body.encode(), secret=secret, stamp=stamp, method=method, address=url)


def send(token, *, body=BODY, sent=None, age=0, secret=None, url=URL, **headers):
    stamp = str(int(time.time()) - age)
    signature = sign(token, stamp, body=body, url=url, secret=secret)
    headers = {
        "HTTP_X_SIGNATURE_KEY": token.prefix,
        "HTTP_X_SIGNATURE_TIMESTAMP": stamp,
        "HTTP_X_SIGNATURE": signature,
    } | headers
    return APIClient().post(url, data=sent or body, content_type="application/json", **headers)


def test_a_signed_body_is_taken_as_its_keys(token):
    assert send(token).status_code == 202
    assert Conversation.objects.get().domain.slug == "camaron"


def test_a_signing_key_acts_in_its_own_domain_only(token):
    a_domain("tienda")
    assert send(token, url=f"{URL}?dominio=tienda").status_code == 404
    assert send(token, url=f"{URL}?dominio=camaron").status_code == 202
    assert Conversation.objects.get().domain.slug == "camaron"


@pytest.mark.parametrize("age", [299, -295])
def test_clocks_may_differ_by_five_minutes(token, age):
    assert send(token, age=age).status_code == 202


@pytest.mark.parametrize(
    "wrong",
    [
        {"age": 305},
        {"age": -305},
        {"secret": "x" * 64},
        {"sent": BODY.replace("Precio", "Envío")},
        {"HTTP_X_SIGNATURE": "v1="},
        {"HTTP_X_SIGNATURE": "\xff"},
        {"HTTP_X_SIGNATURE_KEY": "nobody"},
        {"HTTP_X_SIGNATURE_KEY": "\x00"},
        {"HTTP_X_SIGNATURE_KEY": ""},
        {"HTTP_X_SIGNATURE_TIMESTAMP": "yesterday"},
        {"HTTP_X_SIGNATURE_TIMESTAMP": "١٢"},
        {"HTTP_X_SIGNATURE_TIMESTAMP": "9" * 400},
    ],
)
def test_what_is_not_soundly_signed_is_nobodys(token, wrong):
    answer = send(token, **wrong)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "authentication_failed")
    assert not Conversation.objects.exists()


def test_a_signature_opens_once(token):
    stamp = str(int(time.time()))
    once = {
        "HTTP_X_SIGNATURE_TIMESTAMP": stamp,
        "HTTP_X_SIGNATURE": sign(token, stamp),
    }
    assert [send(token, **once).status_code for _ in range(2)] == [202, 401]


def test_a_signature_opens_one_address_and_several_may_be_asked_at_once(token):
    stamp, client = str(int(time.time())), APIClient()
    headers = {"HTTP_X_SIGNATURE_KEY": token.prefix, "HTTP_X_SIGNATURE_TIMESTAMP": stamp}
    for who in ("whatsapp:+593991111111", "whatsapp:+593992222222"):
        address = f"/webhook/training/consent/{who}"
        headers["HTTP_X_SIGNATURE"] = sign(token, stamp, body="", url=address, method="GET")
        assert client.get(address.replace("+", "%2B"), **headers).status_code == 200
        assert client.post(address, **headers).status_code == 401
        assert client.get(f"{address}?purpose=chat", **headers).status_code == 401


def test_a_wrong_signature_does_not_use_up_the_right_one(token):
    stamp = str(int(time.time()))
    right = sign(token, stamp)
    send(token, sent=BODY + " ", HTTP_X_SIGNATURE=right, HTTP_X_SIGNATURE_TIMESTAMP=stamp)
    again = send(token, HTTP_X_SIGNATURE=right, HTTP_X_SIGNATURE_TIMESTAMP=stamp)
    assert again.status_code == 202


@pytest.mark.parametrize("fields", [{"revoked_at": "2026-01-01T00:00:00Z"}, {"digest": "0" * 64}])
def test_a_key_that_is_over_signs_nothing(token, fields):
    ApiToken.objects.update(**fields)
    assert send(token).status_code == 401


def test_the_signing_secret_depends_on_the_sites_key(token, settings):
    before = token.signing
    settings.SECRET_KEY = "another"
    assert token.signing != before
    assert before != token.digest
