"""A message that meets a reviewer, or the pipeline, at the exchange before it."""

from functools import partial

import pytest
from django.db import transaction

from conversations import rating
from conversations.capture import Reply, capture, capture_many, locked, rewrite
from conversations.models import ChatSession, Conversation, Processing, Stage, Why
from conversations.pipeline import outcomes
from core.work import WorkState
from tests.conversations.races import PATIENCE, beside, until_it_waits
from tests.factories import a_person, a_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def session():
    person = a_person(consents=True)
    return ChatSession(domain=person.domain, person=person, channel="test", outside_key="1")


def ask(session, question, answer=""):
    return capture(
        domain=session.domain,
        question=question,
        answer=answer,
        origin="person",
        person=session.person,
        session=session,
    )


def reply(session, text):
    return capture_many(
        session.domain, [Reply(answer=text, person=session.person, session=session)]
    )


def test_a_history_holds_what_a_reviewer_is_just_making_of_a_text(session):
    first = ask(session, "Soy de la finca Zutano, ¿hay 16/20?", "Sí.")
    user = a_user()
    with beside(lambda: ask(session, "¿Y 21/25?")) as start:
        with transaction.atomic():
            rewrite(first, question="¿Hay 16/20?", answer="Sí.", by=user)
            asking = start()
            until_it_waits()
        second = asking.result(PATIENCE)
    assert [it["content"] for it in second.history] == ["¿Hay 16/20?", "Sí."]


def test_a_late_answer_sees_the_stars_that_were_just_given(session):
    row = ask(session, "¿Hay 16/20?")
    user = a_user()
    with beside(lambda: reply(session, "Sí.")) as start:
        with transaction.atomic():
            rating.rate(row, stars=5, by=user)
            answering = start()
            until_it_waits()
        answering.result(PATIENCE)
    row.refresh_from_db()
    assert (row.answer, row.stars, row.stage) == ("Sí.", None, Stage.NEEDS_REVIEW)
    assert row.why == Why.NEW_ANSWER
    assert sorted(row.ratings.values_list("reason", flat=True)) == ["edited", "rated"]


def test_a_late_answer_and_the_end_of_its_work_do_not_embrace(session):
    row = ask(session, "Hola")
    (work,) = Processing.objects.all().claim(limit=1, seconds=60)
    read = Conversation.objects.select_related("domain").get(pk=row.pk)
    with beside(lambda: outcomes.screen_out(work, read, Why.GREETING)) as start:
        with transaction.atomic():
            # Part of a reply: the exchange is locked, its work is not yet.
            Conversation.objects.select_for_update(no_key=True).get(pk=row.pk)
            ending = start()
            until_it_waits()
            reply(session, "Hola, ¿qué desea?")
        assert ending.result(PATIENCE) is False
    row.refresh_from_db()
    assert (row.stage, row.processing.state) == (Stage.CAPTURED, WorkState.WAITING)


def test_a_question_asked_while_an_earlier_one_is_reworded_repeats_only_the_new_words(session):
    first = ask(session, "Soy de la finca Zutano, ¿hay 16/20?", "Sí.")
    ask(session, "¿Y 21/25?", "También.")
    user = a_user()
    reword = partial(rewrite, first, question="¿Hay 16/20?", answer="Sí.", by=user)
    with beside(reword) as start:
        with transaction.atomic():
            third = ask(session, "¿Y 26/30?")
            rewording = start()
            until_it_waits()
        rewording.result(PATIENCE)
    third.refresh_from_db()
    assert third.history[0]["content"] == "¿Hay 16/20?"


def test_two_who_reword_neighbours_do_not_embrace(session):
    first = ask(session, "¿Hay 16/20?", "Sí.")
    second = ask(session, "Perfecto, muchas gracias. ¿Y 21/25 para Zutano?")
    user = a_user()
    with beside(partial(rewrite, first, question="¿Tiene 16/20?", answer="Sí.", by=user)) as start:
        with transaction.atomic():
            locked(second)
            rewording = start()
            until_it_waits()
            rewrite(second, question="¿Y 21/25?", answer="", by=user)
        rewording.result(PATIENCE)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.next_message, second.history[0]["content"]) == ("¿Y 21/25?", "¿Tiene 16/20?")
