"""From a message on WhatsApp to its answer there."""

import pytest

from rag import tasks
from rag.models import Inbound, Outbound
from tests.rag.whatsapp.fake_graph import PHONE, a_text, deliver

pytestmark = pytest.mark.django_db


def work():
    """What the queue does."""
    return tasks.answer_messages(), tasks.deliver_replies()


def test_a_message_gets_its_answer(domain, graph):
    assert deliver(a_text("¿Qué tallas hay?")).json() == {"success": True}
    assert work() == ("1 answered, 0 not", "1 sent, 0 not")
    (sent,) = graph.sent
    assert (sent["to"], sent["type"]) == (PHONE, "text")
    assert sent["text"] == {"body": "Sobre «¿Qué tallas hay?» le cuento.", "preview_url": False}
    assert Inbound.objects.get().sealed == Outbound.objects.get().sealed == ""
