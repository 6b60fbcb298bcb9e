"""Taking consent back: nothing is used from that moment, and soon nothing is left."""

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from conversations import consent, erasure, tasks
from conversations.capture import ConsentMissing, capture
from conversations.models import (
    ChatMessage,
    ChatRating,
    ChatSession,
    ConsentEvent,
    ConsentRequest,
    Conversation,
    Erasure,
    Label,
    Person,
    Processing,
    Purpose,
    Rating,
    Review,
    Role,
    Thumb,
)
from core.models import AuditEvent
from tests.factories import a_conversation, a_domain, a_person

pytestmark = pytest.mark.django_db

KEPT = (Conversation, ChatSession, ChatMessage, ChatRating, Label, Rating, Review, Processing)


@pytest.fixture
def person():
    domain = a_domain()
    consent.write_text(domain, "¿Autoriza el uso de sus mensajes?", by="ana")
    someone = a_person(domain)
    consent.ask(someone, channel="whatsapp")
    consent.hear(someone, "sí", channel="whatsapp")
    return someone


def everything_of(person):
    """An exchange of the person with a row of each kind that hangs on it."""
    domain = person.domain
    session = ChatSession.objects.create(
        domain=domain, person=person, channel="whatsapp", outside_key=f"k{person.pk}"
    )
    row = a_conversation(domain, stars=5, origin="person", person=person, session=session)
    ChatMessage.objects.create(
        session=session, conversation=row, role=Role.USER, content=row.question
    )
    Label.objects.create(conversation=row, number=1, confidence=0.9, qa_passed=True, labeller="x")
    Rating.objects.create(conversation=row, stars=5, by="ana")
    Review.objects.create(conversation=row, action="approve", by="ana", before={"t": row.question})
    Processing.objects.get_or_create(conversation=row)
    texts = {"domain": domain, "question": row.question, "answer": row.answer}
    ChatRating.objects.create(conversation=row, thumb=Thumb.UP, **texts)
    ChatRating.objects.create(thumb=Thumb.DOWN, **texts)
    return row


def test_everything_a_person_said_goes_and_that_they_agreed_and_withdrew_stays(person):
    everything_of(person)
    consent.withdraw(person, channel="whatsapp")
    assert tasks.erase_person(person.pk) == "1 forgotten, 0 failed"
    assert [model for model in KEPT if model.objects.exists()] == []
    assert Person.objects.get() == person
    assert [it.granted for it in ConsentEvent.objects.order_by("pk")] == [True, False]
    assert ConsentRequest.objects.get().event.granted


def test_what_others_said_stays(person):
    kept = [everything_of(a_person(consents=True)), a_conversation()]
    everything_of(person)
    consent.withdraw(person, channel="whatsapp")
    tasks.erase_person(person.pk)
    assert set(Conversation.objects.all()) == set(kept)
    assert {model.objects.exists() for model in KEPT} == {True}


def test_the_audit_says_how_much_went_and_not_what(person):
    row = everything_of(person)
    consent.withdraw(person, channel="whatsapp")
    tasks.erase_person(person.pk)
    event = AuditEvent.objects.get(action="person_erased")
    assert event.subject_id == str(person.pk)
    assert (event.details["conversation"], event.details["chatrating"]) == (1, 2)
    assert row.question not in str(event.details)


def test_the_queue_is_told_a_number_only(person):
    consent.withdraw(person, channel="whatsapp")
    task = OrmQ.objects.get().task
    assert (task["func"], task["args"]) == ("conversations.tasks.erase_person", (person.pk,))


def test_a_second_delivery_and_a_second_withdrawal_erase_nothing(person):
    everything_of(person)
    consent.withdraw(person, channel="whatsapp")
    tasks.erase_person(person.pk)
    assert tasks.erase_person(person.pk) == "0 forgotten, 0 failed"
    consent.withdraw(person, channel="whatsapp")
    assert tasks.erase_waiting() == "0 forgotten, 0 failed"
    assert ConsentEvent.objects.filter(granted=False).count() == 2
    assert AuditEvent.objects.filter(action="person_erased").count() == 1
    assert erasure.erase(person) == {}


def test_a_no_of_who_never_agreed_erases_nothing():
    a_person(consents=False)
    assert not Erasure.objects.exists()
    assert not OrmQ.objects.exists()


def test_nothing_is_used_between_the_withdrawal_and_the_erasure(person):
    row = everything_of(person)
    Conversation.objects.filter(pk=row.pk).update(stage="approved")
    usable = Conversation.objects.ready(min_stars=4)
    assert usable.exists()
    consent.withdraw(person, channel="whatsapp")
    assert not usable.exists()
    consent.grant(person, channel="whatsapp")
    assert not usable.exists()


def test_nobody_is_shown_what_was_said_between_the_withdrawal_and_the_erasure(person, provider):
    said(person)
    consent.withdraw(person, channel="whatsapp")
    Conversation.objects.update(stage="approved")
    assert tasks.embed_waiting() == "0 embedded"
    assert not provider.sent("POST /embeddings")


def test_a_later_yes_starts_afresh(person):
    old = everything_of(person)
    consent.withdraw(person, channel="whatsapp")
    with pytest.raises(ConsentMissing):
        said(person)
    consent.grant(person, channel="whatsapp")
    new = said(person)
    assert tasks.erase_person(person.pk) == "1 forgotten, 0 failed"
    assert not Conversation.objects.filter(pk=old.pk).exists()
    assert Conversation.objects.consented().get() == new


def test_withdrawing_again_after_a_later_yes_erases_that_too(person):
    consent.withdraw(person, channel="whatsapp")
    consent.grant(person, channel="whatsapp")
    said(person)
    consent.withdraw(person, channel="whatsapp")
    tasks.erase_waiting()
    assert not Conversation.objects.exists()


def test_withdrawing_another_purpose_erases_nothing(person):
    row = said(person)
    for granted in (True, False):
        consent.record(person, purpose=Purpose.HUMAN_REVIEW, granted=granted, channel="web")
    assert Conversation.objects.consented().get() == row
    assert not Erasure.objects.exists()


def test_an_erasure_that_failed_is_tried_again_and_keeps_no_other_waiting(
    person, settings, monkeypatch
):
    other = a_person(consents=True)
    for it in (person, other):
        everything_of(it)
        consent.withdraw(it, channel="whatsapp")
    broken = {person.pk}
    real = erasure.erase
    monkeypatch.setattr(erasure, "erase", lambda it: 1 / 0 if it.pk in broken else real(it))
    assert tasks.erase_waiting() == "1 forgotten, 1 failed"
    assert Conversation.objects.get().person == person
    work = Erasure.objects.get(person=person)
    assert (work.state, work.attempts, work.error) == ("waiting", 1, "ZeroDivisionError")
    broken.clear()
    Erasure.objects.update(next_at=timezone.now())
    assert tasks.erase_waiting() == "1 forgotten, 0 failed"
    assert not Conversation.objects.exists()


def test_an_eraser_that_leaves_something_behind_is_not_believed(person, settings):
    settings.ERASERS = []
    everything_of(person)
    consent.withdraw(person, channel="whatsapp")
    assert tasks.erase_person(person.pk) == "0 forgotten, 1 failed"
    assert Erasure.objects.get().state == "waiting"


def said(person):
    return capture(
        domain=person.domain,
        question="¿Cuánto cuesta el HLSO 16/20?",
        answer="Cuesta 9.40 USD/kg.",
        origin="person",
        person=person,
    )
