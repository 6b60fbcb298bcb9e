"""A real modelserver and the real ``openai`` client: nothing of Django is needed here."""

import pytest
from openai import OpenAI

from tests.modelserver.server import Server


@pytest.fixture(autouse=True)
def provider():
    """Instead of the site's fake provider: the server under test is real."""


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("modelserver")) as running:
        yield running


@pytest.fixture(scope="session")
def client(server):
    with server.client() as strict:
        yield strict


@pytest.fixture
def own_server(tmp_path):
    """A server that a test may stop, kill and start again."""
    with Server(tmp_path) as running:
        yield running


@pytest.fixture
def openai_of():
    """Clients for servers that come and go; closed at the end."""
    made: list[OpenAI] = []

    def make(server, **options):
        made.append(server.client(**options))
        return made[-1]

    yield make
    for client in made:
        client.close()
