"""WhatsApp against the whole site, as it is started: web, queue and database of its own."""

from threading import Event
from urllib.request import Request, urlopen

import pytest

from tests.fakes import FakeOpenAI, a_completion
from tests.rag.whatsapp.fake_graph import (
    ADDRESS,
    NUMBER,
    SECRET,
    TOKEN,
    WORD,
    FakeGraph,
    a_delivery,
    a_text,
    signature_of,
)
from tests.site import Site, until

LEASES_END = "UPDATE rag_inbound SET lease_until = now() - interval '1 second' RETURNING 1"
HANDLED = "SELECT state, attempts, sealed FROM rag_inbound ORDER BY id"
KEPT = (
    "SELECT count(*) FROM conversaciones_ai WHERE origin = 'person' AND pregunta LIKE '%feriado%'"
)


@pytest.fixture
def graph():
    with FakeGraph() as fake:
        yield fake


@pytest.fixture
def model():
    """A model that thinks as long as it is told to."""
    with FakeOpenAI() as fake:
        fake.asked, fake.go = Event(), Event()
        fake.go.set()

        def answer(sent):
            fake.asked.set()
            fake.go.wait(60)
            return 200, a_completion("Abrimos a las nueve.")

        fake.replies["POST /chat/completions"] = answer
        fake.handle_error = lambda *ignored: None  # whoever asked was killed: that is the idea
        yield fake


@pytest.fixture
def site(graph, model):
    environment = {
        "LLM_PROVIDERS": "local",
        "LLM_EMBEDDER": "local",
        "LLM_LOCAL_BASE_URL": model.url,
        "LLM_LOCAL_API_KEY": "test",
        "LLM_LOCAL_CHAT_MODEL": "base-model",
        "WHATSAPP_NUMBERS": f"{NUMBER}:prestamos",
        "WHATSAPP_TOKEN": TOKEN,
        "WHATSAPP_APP_SECRET": SECRET,
        "WHATSAPP_VERIFY_TOKEN": WORD,
        "WHATSAPP_GRAPH_URL": graph.url,
    }
    with Site(POSTGRES_FSYNC="0", **environment) as site:
        yield site.start()


def deliver(site, message):
    body = a_delivery(message)
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature_of(body)}
    with urlopen(Request(site.url + ADDRESS, body.encode(), headers)) as answer:
        return answer.status


def test_a_message_is_answered_once_though_its_worker_is_killed_at_it(site, graph, model):
    model.go.clear()
    message = a_text("¿La sucursal del norte abre el lunes feriado?")
    assert [deliver(site, message) for _ in range(2)] == [200, 200]
    assert model.asked.wait(60), site.text[-2000:]
    site.kill("worker")
    model.go.set()
    assert site.ask(HANDLED)[0][:2] == ("waiting", 1)
    site.ask(LEASES_END)
    until(lambda: len(graph.sent) == 2, seconds=120, what="the answer")
    answer, question = graph.sent
    assert "Abrimos a las nueve." in answer["text"]["body"]
    assert question["type"] == "interactive"
    until(lambda: site.ask(HANDLED) == [("done", 2, "")], seconds=10, what="the end")
    assert site.ask(KEPT) == [(0,)]
