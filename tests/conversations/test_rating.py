from threading import Thread

import pytest
from django.db import connection

from conversations import rating
from conversations.models import Conversation, Origin, Stage
from core.errors import Conflict, Invalid
from core.models import AuditEvent
from tests.factories import a_conversation, a_person, a_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("stars", [0, 6, -1])
def test_stars_go_from_one_to_five(stars):
    with pytest.raises(Invalid) as refused:
        rating.rate(a_conversation(), stars=stars, by=a_user())
    assert "calificacion" in refused.value.details


def test_new_stars_replace_the_old_which_stay_in_the_history():
    row, user = a_conversation(), a_user()
    rating.rate(row, stars=2, feedback="Incompleta", by=user)
    rated = rating.rate(row, stars=5, by=user)
    assert (rated.stars, rated.feedback) == (5, None)
    assert list(row.ratings.order_by("pk").values_list("stars", flat=True)) == [2, 5]


def test_rating_is_audited_without_the_words():
    rating.rate(a_conversation(), stars=2, feedback="Un secreto", by=a_user())
    assert AuditEvent.objects.get(action="conversation_rated").details == {"stars": 2}


def test_rating_a_captured_exchange_approves_it():
    person, user = a_person(consents=True), a_user()
    row = a_conversation(origin=Origin.PERSON, person=person)
    rated = rating.rate(row, stars=3, by=user)
    assert (rated.stage, rated.reviewed_by) == (Stage.APPROVED, user)
    assert rated.reviewed_at


@pytest.mark.parametrize("stage", [Stage.SCREENED_OUT, Stage.REJECTED])
def test_what_was_thrown_out_is_not_rated(stage):
    row = a_conversation()
    Conversation.objects.update(stage=stage)
    with pytest.raises(Conflict):
        rating.rate(row, stars=5, by=a_user())


def test_clearing_keeps_the_history():
    row, user = a_conversation(), a_user()
    rating.rate(row, stars=4, feedback="Bien", by=user)
    cleared = rating.clear(row, by=user)
    assert (cleared.stars, cleared.feedback) == (None, None)
    assert list(row.ratings.order_by("pk").values_list("stars", flat=True)) == [4, None]


@pytest.mark.django_db(transaction=True)
def test_eight_people_rating_at_once_lose_nothing():
    row, users, failed = a_conversation(), [a_user() for _ in range(8)], []

    def work(user, stars):
        try:
            rating.rate(row, stars=stars, by=user)
        except Exception as error:  # noqa: BLE001  (a thread's failure must reach the test)
            failed.append(error)
        finally:
            connection.close()

    threads = [Thread(target=work, args=(user, index % 5 + 1)) for index, user in enumerate(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    row.refresh_from_db()
    assert not failed
    assert row.ratings.values("by").distinct().count() == 8
    assert row.stars == row.ratings.order_by("-pk").first().stars


def test_a_comment_is_kept_without_personal_data():
    row = rating.rate(a_conversation(), stars=4, feedback="llame al 0991234567", by=a_user())
    assert "0991234567" not in row.feedback
    assert "0991234567" not in row.ratings.get().feedback


@pytest.mark.parametrize("feedback", ["x" * 20_001, "nulo\0"])
def test_a_comment_that_cannot_be_kept_is_refused(feedback):
    with pytest.raises(Invalid) as refused:
        rating.rate(a_conversation(), stars=4, feedback=feedback, by=a_user())
    assert "feedback" in refused.value.details
