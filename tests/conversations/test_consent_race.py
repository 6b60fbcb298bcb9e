"""Storing and withdrawing at the same moment, on two connections: no row stays behind."""

import pytest
from django.db import transaction

from conversations import consent, tasks
from conversations.capture import ConsentMissing, capture
from conversations.models import Conversation
from tests.conversations.races import PATIENCE, beside, until_it_waits
from tests.factories import a_person

pytestmark = pytest.mark.django_db(transaction=True)


def said(person):
    return capture(
        domain=person.domain,
        question="¿Cuánto cuesta el HLSO 16/20?",
        answer="Cuesta 9.40 USD/kg.",
        origin="person",
        person=person,
    )


def test_a_message_that_meets_a_withdrawal_on_its_way_is_refused():
    person = a_person(consents=True)
    with beside(lambda: said(person)) as start:
        with transaction.atomic():
            consent.withdraw(person, channel="web")
            capturing = start()  # its own check still sees the yes
            until_it_waits()
        assert isinstance(capturing.exception(PATIENCE), ConsentMissing)
    assert not Conversation.objects.exists()


def test_a_withdrawal_that_meets_a_message_on_its_way_waits_and_then_erases_it():
    person = a_person(consents=True)
    with beside(lambda: consent.withdraw(person, channel="web")) as start:
        with transaction.atomic():
            said(person)
            withdrawing = start()
            until_it_waits()
        assert withdrawing.exception(PATIENCE) is None
    assert Conversation.objects.count() == 1
    assert tasks.erase_person(person.pk) == "1 forgotten, 0 failed"
    assert not Conversation.objects.exists()


def test_two_answers_at_the_same_moment_are_one_to_the_question():
    person = a_person()
    consent.write_text(person.domain, "¿Autoriza?", by="ana")
    consent.ask(person, channel="web")
    with beside(lambda: consent.hear(person, "no", channel="web")) as start:
        with transaction.atomic():
            consent.hear(person, "sí", channel="web")
            second = start()
            until_it_waits()
        assert second.result(PATIENCE) is None
    assert [it.granted for it in person.consents.all()] == [True]
