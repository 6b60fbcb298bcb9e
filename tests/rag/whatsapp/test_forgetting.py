"""What is kept of a conversation on WhatsApp, and for how long."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations import consent, erasure
from conversations.models import Erasure, Person
from core.work import WorkState
from rag import tasks
from rag.models import Inbound, Outbound
from rag.whatsapp import answering, sending
from tests.rag.whatsapp.fake_graph import a_text, deliver
from tests.rag.whatsapp.talk import says, work

pytestmark = pytest.mark.django_db


def erase():
    return erasure.forget_due(Erasure.objects.all())


@pytest.mark.django_db(transaction=True)
def test_borrar_mis_datos_empties_what_waits_and_is_still_confirmed(domain, graph):
    says("¿Qué tallas hay?")
    deliver(a_text("¿Y precios?"))
    answering.go_on()  # its answer waits to be sent
    deliver(a_text("borrar mis datos"))
    answering.go_on()
    assert erase() == "1 forgotten, 0 failed"
    sending.go_on()
    assert [it.split()[0] for it in graph.texts] == ["Sobre", "De"]
    assert set(Inbound.objects.values_list("person", "sealed")) == {(None, "")}
    assert Outbound.objects.exclude(sealed="").count() == 0
    assert Outbound.objects.exclude(person=None).count() == 1  # the confirmation


@pytest.mark.django_db(transaction=True)
def test_an_erased_persons_message_that_comes_again_is_still_known(domain, graph):
    again = a_text("¿Qué tallas hay?")
    deliver(again)
    work()
    consent.forget(Person.objects.get(), channel="api")
    erase()
    deliver(again)
    work()
    assert len(graph.sent) == 1


@pytest.mark.django_db(transaction=True)
def test_who_is_erased_while_their_answer_is_made_gets_none(domain, graph, monkeypatch):
    deliver(a_text("¿Qué tallas hay?"))
    slow = answering.answer

    def meanwhile(*args, **how):
        consent.forget(Person.objects.get(), channel="api")
        erase()
        return slow(*args, **how)

    monkeypatch.setattr(answering, "answer", meanwhile)
    work()
    assert graph.asked == 0
    assert not Outbound.objects.exists()


def test_what_nobody_could_bring_to_its_end_is_emptied_with_its_dialogue(domain, graph):
    graph.troubles = [(503, {})] * 9
    says("¿Qué tallas hay?")
    assert tasks.forget_deliveries() == "0 emptied, 0 unlinked, 0 deleted"
    old = timezone.now() - timedelta(hours=domain.thread_hours, minutes=1)
    Outbound.objects.update(at=old)
    assert tasks.forget_deliveries() == "1 emptied, 1 unlinked, 0 deleted"
    row = Outbound.objects.get()
    assert (row.state, row.sealed, row.error) == (WorkState.DEAD, "", "expired")


def test_prints_are_forgotten_after_a_month(domain):
    says("¿Qué tallas hay?")
    for model in (Inbound, Outbound):
        model.objects.update(at=timezone.now() - timedelta(days=31))
    assert tasks.forget_deliveries() == "0 emptied, 2 unlinked, 2 deleted"


def test_who_wrote_is_forgotten_when_a_turn_forgets_who_asked(domain):
    says("¿Qué tallas hay?")
    for hours, unlinked in ((23, 0), (25, 2)):
        for model in (Inbound, Outbound):
            model.objects.update(at=timezone.now() - timedelta(hours=hours))
        assert tasks.forget_deliveries() == f"0 emptied, {unlinked} unlinked, 0 deleted"
    assert not Inbound.objects.exclude(person=None).exists()
