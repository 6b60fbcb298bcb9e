"""A public chat, and those who write in it."""

import pytest
from django.core.cache import cache

from conversations import consent
from tests.factories import a_domain
from tests.fakes import a_stream
from tests.trainingsite.chat.visiting import Visitor

CONSENT = "¿Podemos aprender de sus mensajes?"


@pytest.fixture
def domain(db, provider):
    """Open to everybody; what was asked in other tests does not count."""
    cache.clear()
    provider.replies["POST /chat/completions"] = 200, a_stream(["A las ", "nueve."])
    domain = a_domain("tienda", public_chat=True, texts={"welcome": "¡Hola!"})
    consent.write_text(domain, CONSENT, by="ana")
    return domain


@pytest.fixture
def visitor(domain):
    return Visitor()
