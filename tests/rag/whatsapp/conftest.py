"""A business that answers on WhatsApp, whose Graph API is a fake on loopback."""

import pytest

from conversations import consent
from tests.factories import a_domain
from tests.fakes import a_completion
from tests.rag.whatsapp.fake_graph import NUMBER, SECRET, TOKEN, WORD, FakeGraph


@pytest.fixture
def graph(settings):
    with FakeGraph() as fake:
        settings.WHATSAPP_GRAPH_URL = fake.url
        settings.WHATSAPP_NUMBERS = {NUMBER: "camaron"}
        settings.WHATSAPP_TOKEN = TOKEN
        settings.WHATSAPP_APP_SECRET = SECRET
        settings.WHATSAPP_VERIFY_TOKEN = WORD
        yield fake


@pytest.fixture
def domain(provider, graph):
    """Its bot says what it was asked, so that an answer tells its question."""
    provider.replies["POST /chat/completions"] = lambda sent: (200, a_completion(echo(sent)))
    return a_domain("camaron")


@pytest.fixture
def asking(domain):
    """It asks for consent, too."""
    consent.write_text(domain, "¿Autoriza el uso de sus mensajes?", by="ana")
    return domain


def echo(sent):
    return f"Sobre «{sent['messages'][-1]['content'].splitlines()[-1]}» le cuento."
