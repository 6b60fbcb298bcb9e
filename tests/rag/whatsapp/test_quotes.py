"""A proforma on WhatsApp: its questions, and its paper as a document."""

import pytest

from conversations.models import ChatRating
from rag.models import Outbound, Quote
from rag.whatsapp import answering, sending
from tests.rag.proforma.scripts import WHOLE
from tests.rag.shop import a_shop
from tests.rag.whatsapp.fake_graph import PHONE, a_fault, a_text, deliver
from tests.rag.whatsapp.talk import Death, dies, reacts, says, the_lease_runs_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(graph):
    return a_shop("camaron")


def test_a_quote_comes_with_its_paper(shop, graph):
    says(WHOLE)
    says("sí")
    quote = Quote.objects.get()
    _, told, paper = graph.sent
    assert f"proforma {quote.number}" in told["text"]["body"]
    assert (paper["to"], paper["type"]) == (PHONE, "document")
    assert paper["document"]["filename"] == f"{quote.number}.pdf"
    kind, content = graph.media[paper["document"]["id"]]
    assert kind == "application/pdf"
    assert content.startswith(b"%PDF")
    assert content.rstrip().endswith(b"%%EOF")


def test_a_paper_that_did_not_go_up_is_tried_again_and_told_once(shop, graph):
    says(WHOLE)
    deliver(a_text("sí"))
    answering.go_on()
    graph.troubles = [None, (500, a_fault(2))]
    sending.go_on()
    assert Outbound.objects.filter(state="waiting").count() == 1
    Outbound.objects.update(next_at="2026-01-01T00:00:00Z")
    sending.go_on()
    assert [it["type"] for it in graph.sent] == ["text", "text", "document"]


def test_a_thumb_on_the_paper_is_one_on_its_answer(shop, graph):
    says(WHOLE)
    says("sí")
    reacts("👍", graph.sent[-1]["id"])
    assert ChatRating.objects.get().turn.source == "quote"


@pytest.mark.django_db(transaction=True)
def test_a_quote_whose_worker_died_before_telling_it_is_told(graph, monkeypatch):
    a_shop("camaron")
    says(WHOLE)
    deliver(a_text("sí"))
    with monkeypatch.context() as broken:
        broken.setattr("rag.whatsapp.replying.async_task", dies)
        with pytest.raises(Death):
            answering.go_on()
    the_lease_runs_out()
    answering.go_on()
    sending.go_on()
    quote = Quote.objects.get()
    assert quote.number in graph.texts[1]
    assert graph.sent[2]["document"]["filename"] == f"{quote.number}.pdf"
