"""What waits and what was given up is on a page; who may, tries again or empties the queue."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from conversations.models import Conversation, Erasure, Processing
from core.models import AuditEvent
from core.work import WorkState
from tests.factories import a_conversation, a_domain, a_person

LIST = "admin:conversations_processing_changelist"
EMPTY = "admin:conversations_processing_empty"


def waiting(domain, **fields):
    """An exchange of a person that waits to be processed."""
    row = a_conversation(domain, origin="person", person=a_person(domain, consents=True))
    Processing.objects.update_or_create(conversation=row, defaults=fields)
    return Processing.objects.get(pk=row.pk)


def dead(domain):
    return waiting(domain, state=WorkState.DEAD, attempts=5, error="killed")


def retry(client, rows, model="processing"):
    url = reverse(f"admin:conversations_{model}_changelist")
    chosen = {"action": "retry", "_selected_action": [row.pk for row in rows]}
    return client.post(url, chosen, follow=True).content.decode()


def test_the_list_shows_state_attempts_and_why_work_was_given_up(sign_in, domain):
    dead(domain)
    page = sign_in("auditor").get(reverse(LIST)).content.decode()
    assert "Abandonado" in page
    assert "murió las cinco veces" in page


def test_what_is_done_is_shown_to_who_asks_for_it(sign_in, domain):
    rows = {it: waiting(domain, state=it) for it in WorkState.values}
    auditor = sign_in("auditor")

    shown = {
        asked: set(auditor.get(reverse(LIST), {"estado": asked}).context["cl"].result_list)
        for asked in ("", "done")
    }

    assert shown == {"": {rows["waiting"], rows["dead"]}, "done": {rows["done"]}}


def test_dead_work_waits_again_and_other_work_is_left_alone(sign_in, domain):
    gone, fine = dead(domain), waiting(domain, attempts=2)
    page = retry(sign_in("reviewer"), [gone, fine])
    gone.refresh_from_db()
    fine.refresh_from_db()
    assert (gone.state, gone.attempts, fine.attempts) == (WorkState.WAITING, 0, 2)
    assert "1 vuelve a la cola." in page
    assert "1 sin cambios" in page


def test_who_only_looks_cannot_try_again(sign_in, domain):
    gone = dead(domain)
    retry(sign_in("auditor"), [gone])
    gone.refresh_from_db()
    assert gone.state == WorkState.DEAD


def test_work_of_another_domain_is_neither_shown_nor_tried_again(sign_in):
    gone = dead(a_domain("tienda"))
    client = sign_in("admin")
    page = client.get(reverse(LIST)).content.decode()
    retry(client, [gone])
    gone.refresh_from_db()
    assert str(gone.conversation)[:30] not in page
    assert gone.state == WorkState.DEAD


def test_a_deletion_that_was_given_up_is_shown_and_tried_again(sign_in, domain):
    person = a_person(domain)
    row = Erasure.objects.create(person=person, through=0, state=WorkState.DEAD, attempts=5)
    client = sign_in("admin")
    page = client.get(reverse("admin:conversations_erasure_changelist")).content.decode()
    retry(client, [row], "erasure")
    row.refresh_from_db()
    assert str(person) in page
    assert row.state == WorkState.WAITING


def test_emptying_says_first_how_many_go(sign_in, domain):
    waiting(domain)
    waiting(domain)
    page = sign_in("admin").get(reverse(EMPTY)).content.decode()
    assert "Se borran para siempre 2 conversaciones" in page
    assert Processing.objects.count() == 2


def test_emptying_offers_the_domains_and_nothing_where_nothing_waits(sign_in, domain):
    other = a_domain("tienda")
    admin = sign_in("admin")
    domain.memberships.model.objects.create(user=admin.user, domain=other)
    waiting(other)

    here, there = (admin.get(reverse(EMPTY), {"dominio": it.slug}) for it in (domain, other))

    assert "no hay nada en espera" in here.content.decode()
    assert "Borrarlas" not in here.content.decode()
    assert [it.slug for it in here.context["domains"]] == ["prestamos", "tienda"]
    assert 'action="?dominio=tienda"' in there.content.decode()
    admin.post(f"{reverse(EMPTY)}?dominio=tienda", {"value": "1"})
    assert not Processing.objects.exists()


def test_emptying_deletes_what_was_confirmed_and_writes_it_down(sign_in, domain):
    waiting(domain)
    kept = dead(domain)
    other = waiting(a_domain("tienda"))
    sign_in("admin").post(reverse(EMPTY), {"value": "1"})
    assert set(Processing.objects.all()) == {kept, other}
    assert AuditEvent.objects.get(action="queue_emptied").details == {"deleted": 1}


@pytest.mark.parametrize("value", ["", "1", "99999999999999999999", "todas", "²"])
def test_emptying_with_another_number_deletes_nothing_and_says_the_right_one(
    sign_in, domain, value
):
    waiting(domain)
    waiting(domain)
    page = sign_in("admin").post(reverse(EMPTY), {"value": value}).content.decode()
    assert "Se borran para siempre 2 conversaciones" in page
    assert Conversation.objects.count() == 2


def test_what_a_worker_holds_is_not_counted_among_what_goes(sign_in, domain):
    waiting(domain)
    waiting(domain, lease_until=timezone.now() + timedelta(minutes=1))
    page = sign_in("admin").post(reverse(EMPTY), {"value": "2"}).content.decode()
    assert "Se borra para siempre 1 conversación" in page
    assert Conversation.objects.count() == 2


@pytest.mark.parametrize("role", ["rater", "reviewer", "trainer", "auditor"])
def test_only_who_administers_empties_the_queue(sign_in, domain, role):
    waiting(domain)
    answer = sign_in(role).post(reverse(EMPTY), {"value": "1"})
    assert answer.status_code == 403
    assert Conversation.objects.count() == 1
