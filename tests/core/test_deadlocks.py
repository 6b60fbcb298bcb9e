"""Of two transactions that wait for each other, the one that was ended is made again."""

import pytest
from django.db import IntegrityError, OperationalError, transaction

from conversations import consent
from conversations.models import ChatSession, ConsentEvent, Conversation, Person
from core.deadlocks import TRIES, again_after_deadlock
from tests.conversations.races import PATIENCE, beside, until_it_waits
from tests.factories import a_client, a_domain

URL = "/webhook/training/messages"
ANA, LUIS = "whatsapp:+593991111111", "whatsapp:+593992222222"


def a_message(user_id, text, name):
    ids = {"user_id": user_id, "conversation_id": "c1", "message_id": name}
    return ids | {"user_message": text}


@pytest.mark.django_db(transaction=True)
def test_a_delivery_that_embraces_another_transaction_is_taken_all_the_same():
    domain = a_domain("camaron")
    ana, luis = (consent.person_known_as(it, domain=domain) for it in (ANA, LUIS))
    consent.grant(ana, channel="test")
    bot = a_client("bot", domain=domain)
    bot.post(URL, a_message(ANA, "¿Precio?", "m1"))
    batch = [a_message(LUIS, "consentimiento sí", "m2"), a_message(ANA, "¿Y 21/25?", "m3")]

    def send():
        return bot.post(URL, batch, HTTP_IDEMPOTENCY_KEY="k1")

    with beside(send) as start:
        with transaction.atomic():
            ChatSession.objects.select_for_update().get()
            sending = start()
            until_it_waits()  # with Luis locked, for Ana's thread
            Person.objects.select_for_update().get(pk=luis.pk)
        answer = sending.result(PATIENCE)
    assert answer.status_code == 202
    assert [it["captured"] for it in answer.json()["results"]] == [False, True]
    assert ConsentEvent.objects.filter(person=luis).count() == 1
    assert Conversation.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError("away"), IntegrityError("twice")])
def test_no_other_failure_is_tried_again(error):
    tries = []

    def fail():
        tries.append(1)
        raise error

    with pytest.raises(type(error)):
        again_after_deadlock(fail)
    assert len(tries) == 1 < TRIES
