"""A request repeated with its key: one effect, one answer."""

import base64
import hashlib
import json
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from conversations.models import ConsentEvent, Conversation, Rating
from core import tasks
from core.models import KeptReply, Membership
from tests.factories import a_client, a_conversation, a_domain, a_token, a_user

pytestmark = pytest.mark.django_db

ROOT = "/api/v1/ai/training"


def rate(client, pk, stars=5, key="k1", **fields):
    body = {"calificacion": stars} | fields
    headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return client.post(f"{ROOT}/conversaciones/{pk}/calificar", body, **headers)


def test_the_same_request_again_gets_the_same_answer_and_has_no_effect():
    client, row = a_client("rater"), a_conversation()
    first, second = rate(client, row.pk), rate(client, row.pk)
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert "Idempotency-Replayed" not in first
    assert second["Idempotency-Replayed"] == "true"
    assert Rating.objects.count() == 1


def test_without_a_key_each_request_counts():
    client, row = a_client("rater"), a_conversation()
    rate(client, row.pk, key=None)
    rate(client, row.pk, key=None)
    assert Rating.objects.count() == 2
    assert not KeptReply.objects.exists()


def test_a_key_with_another_body_is_refused():
    client, row = a_client("rater"), a_conversation()
    rate(client, row.pk, 5)
    answer = rate(client, row.pk, 1)
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["error"]["details"]
    row.refresh_from_db()
    assert row.stars == 5


@pytest.mark.parametrize("key", ["", "a" * 256])
def test_a_key_that_is_none_or_too_long_is_refused(key):
    answer = rate(a_client("rater"), a_conversation().pk, key=key)
    assert answer.status_code == 422
    assert not Rating.objects.exists()


def test_a_key_belongs_to_its_user_and_address():
    one, other = a_conversation(), a_conversation()
    client, colleague = a_client("rater"), a_client("rater")
    answers = [rate(client, one.pk), rate(client, other.pk), rate(colleague, one.pk)]
    assert not any("Idempotency-Replayed" in answer for answer in answers)


def test_what_is_refused_may_be_sent_again_corrected():
    client, row = a_client("rater"), a_conversation()
    assert rate(client, row.pk, 9).status_code == 422
    assert rate(client, 10**9).status_code == 404
    assert not KeptReply.objects.exists()
    assert rate(client, row.pk, 4).status_code == 200


def test_what_fails_is_not_kept(monkeypatch):
    client, row = a_client("rater"), a_conversation()
    client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr("conversations.rating.rate", lambda *args, **kwargs: 1 / 0)
        assert rate(client, row.pk).status_code == 500
    assert rate(client, row.pk).status_code == 200
    assert Rating.objects.count() == 1


def test_an_answer_is_kept_a_day(monkeypatch):
    client, row = a_client("rater"), a_conversation()
    rate(client, row.pk)
    assert tasks.forget_replies() == "0 forgotten"
    KeptReply.objects.update(at=timezone.now() - tasks.REPLIES_KEPT)
    assert tasks.forget_replies() == "1 forgotten"
    assert "Idempotency-Replayed" not in rate(client, row.pk)


def test_nobody_reads_what_was_answered_in_the_table():
    client = a_client("bot", domain=a_domain("camaron"))
    address = "/webhook/training/consent/whatsapp:+593991234567"
    for _ in range(2):
        answer = client.post(address, {"consent": True}, HTTP_IDEMPOTENCY_KEY="k1")
        assert answer.json()["user_id"] == "whatsapp:+593991234567"
    assert ConsentEvent.objects.count() == 1
    kept = json.dumps(list(KeptReply.objects.values()), default=str)
    assert "991234567" not in kept
    assert "success" not in kept


def test_what_was_kept_by_the_version_before_is_still_answered(settings):
    client, row = a_client("rater"), a_conversation()
    rate(client, row.pk)
    user = User.objects.get(username=Rating.objects.get().by)
    path = f"{ROOT}/conversaciones/{row.pk}/calificar"
    scope = f"{user.pk}\0{row.domain_id}\0POST\0{path}\0k1"
    nonce, said = b"n" * 16, '{"dicho": "ayer ñ"}'.encode()
    seed = nonce + f"{settings.SECRET_KEY}\0{scope}".encode()
    stream = hashlib.shake_256(seed).digest(len(said))
    mixed = bytes(one ^ other for one, other in zip(said, stream, strict=True))
    KeptReply.objects.update(answer=base64.b64encode(nonce + mixed).decode())
    assert rate(client, row.pk).json() == {"dicho": "ayer ñ"}
    assert Rating.objects.count() == 1


def test_an_answer_that_another_key_sealed_is_refused_and_has_no_effect(settings):
    client, row = a_client("rater"), a_conversation()
    rate(client, row.pk)
    settings.SEALING_KEY = "z" * 50
    assert rate(client, row.pk).status_code == 422
    assert Rating.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_equal_requests_at_once_are_one():
    row, start, answers = a_conversation(), Barrier(20), []
    client = a_client("rater")
    headers = client._credentials

    def send():
        mine = type(client)()
        mine.credentials(**headers)
        start.wait()
        answers.append(rate(mine, row.pk))
        connection.close()

    threads = [Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer for answer in answers) == 19
    assert Rating.objects.count() == 1
    assert Conversation.objects.get().stars == 5


def test_a_key_belongs_to_the_domain_of_the_token():
    user, answers = a_user("rater"), []
    for domain in (a_domain(), a_domain("tienda")):
        Membership.objects.create(user=user, domain=domain)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {a_token(user, domain)}")
        answers.append(rate(client, a_conversation().pk))
    assert [answer.status_code for answer in answers] == [200, 404]
