"""Entregas: how messages of a channel stand, without a word of them."""

import pytest
from django.urls import reverse

from core.sealing import seal
from core.work import WorkState
from rag.models import Inbound, Outbound
from tests.factories import a_domain, a_person

LISTS = {it: reverse(f"admin:rag_{it}_changelist") for it in ("inbound", "outbound")}


@pytest.fixture
def reply(domain):
    def make(**fields):
        usual = {
            "domain": domain,
            "person": a_person(domain),
            "channel": "whatsapp",
            "key": f"k{Outbound.objects.count()}",
            "sealed": seal({"text": "vivo en la calle Canario"}),
        }
        return Outbound.objects.create(**usual | fields)

    return make


def retry(client, rows):
    chosen = {"action": "retry", "_selected_action": [row.pk for row in rows]}
    return client.post(LISTS["outbound"], chosen, follow=True).content.decode()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("uncertain", "No se sabe si llegó"),
        ("graph 190", "WHATSAPP_TOKEN"),
        ("graph 131026", "graph 131026"),
        ("killed", "murió las cinco veces"),
    ],
)
def test_the_list_says_why_a_reply_waits(sign_in, reply, error, said):
    reply(error=error)
    page = sign_in("auditor").get(LISTS["outbound"]).content.decode()
    assert said in page


def test_it_shows_what_the_channel_said_and_no_word_of_the_message(sign_in, reply):
    row = reply(status="delivered")
    auditor = sign_in("auditor")
    listed = auditor.get(LISTS["outbound"]).content.decode()
    opened = auditor.get(reverse("admin:rag_outbound_change", args=[row.pk])).content.decode()
    assert "Entregado" in listed
    for page in (listed, opened):
        assert "Canario" not in page
        assert row.sealed not in page


def test_what_was_given_up_is_sent_again_and_what_was_emptied_is_not(sign_in, reply):
    dead, empty = (reply(state=WorkState.DEAD, sealed=it) for it in (seal({}), ""))
    page = retry(sign_in("admin"), [dead, empty])
    dead.refresh_from_db()
    empty.refresh_from_db()
    assert (dead.state, empty.state) == (WorkState.WAITING, WorkState.DEAD)
    assert "1 vuelve a la cola." in page
    assert "1 sin cambios: su contenido ya se borró." in page


def test_an_auditor_looks_and_touches_nothing(sign_in, reply):
    row = reply(state=WorkState.DEAD)
    retry(sign_in("auditor"), [row])
    row.refresh_from_db()
    assert row.state == WorkState.DEAD


def test_those_of_other_businesses_are_not_there(sign_in, reply):
    other = a_domain("ajeno")
    reply(domain=other, person=a_person(other))
    assert list(sign_in("auditor").get(LISTS["outbound"]).context["cl"].result_list) == []


def test_messages_that_came_have_their_list_too(sign_in, domain):
    Inbound.objects.create(domain=domain, channel="whatsapp", outside_id="x", error="too_late")
    page = sign_in("auditor").get(LISTS["inbound"]).content.decode()
    assert "el canal ya no admite la respuesta" in page
