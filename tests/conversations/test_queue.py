from datetime import timedelta

import pytest
from django.utils import timezone

from conversations import queue, rating
from conversations.models import Conversation, Origin, Processing
from core.errors import Conflict
from core.models import AuditEvent
from core.work import WorkState
from tests.factories import a_conversation, a_domain, a_person, a_user

pytestmark = pytest.mark.django_db


def heard(domain, **fields):
    """An exchange of a person, and its place in the queue."""
    person = a_person(domain, consents=True)
    row = a_conversation(domain, origin=Origin.PERSON, person=person)
    Processing.objects.update_or_create(conversation=row, defaults=fields)
    return row


def test_emptying_deletes_what_waits_and_is_written_down():
    domain, user = a_domain(), a_user()
    for _ in range(3):
        heard(domain)
    assert queue.empty(domain, confirmed=3, by=user) == 3
    assert not Conversation.objects.exists()
    event = AuditEvent.objects.get(action="queue_emptied")
    assert (event.actor, event.details, event.subject_id) == (
        user.username,
        {"deleted": 3},
        str(domain.pk),
    )


@pytest.mark.parametrize("confirmed", [-1, 0, 2])
def test_without_the_right_number_nothing_goes(confirmed):
    domain = a_domain()
    heard(domain)
    with pytest.raises(Conflict) as refused:
        queue.empty(domain, confirmed=confirmed, by=a_user())
    assert refused.value.details == {"waiting": 1}
    assert Conversation.objects.exists()


def test_what_is_in_hand_rated_given_up_or_of_others_stays():
    domain = a_domain()
    held = heard(domain, lease_until=timezone.now() + timedelta(minutes=1))
    dead = heard(domain, state=WorkState.DEAD)
    rated = heard(domain)
    rating.rate(rated, stars=5, by=a_user())
    other, staff = heard(a_domain("tienda")), a_conversation(domain)
    heard(domain, lease_until=timezone.now() - timedelta(minutes=1))
    assert queue.empty(domain, confirmed=1, by=a_user()) == 1
    assert set(Conversation.objects.all()) == {held, dead, rated, other, staff}


def test_the_state_tells_what_waits_what_died_and_how_late_it_is():
    domain = a_domain()
    assert queue.state_of(domain) == queue.Queue(0, 0, timedelta())
    heard(domain, next_at=timezone.now() + timedelta(hours=1))
    assert queue.state_of(domain) == queue.Queue(1, 0, timedelta())
    heard(domain, next_at=timezone.now() - timedelta(hours=1))
    heard(domain, state=WorkState.DEAD, next_at=timezone.now() - timedelta(days=1))
    found = queue.state_of(domain)
    assert (found.waiting, found.dead) == (2, 1)
    assert timedelta(minutes=59) < found.overdue < timedelta(minutes=61)
