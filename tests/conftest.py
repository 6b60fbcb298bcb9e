"""What every test shares. Objects are made by the plain functions of ``tests.factories``."""

import pytest

from tests.fakes import FakeOpenAI


@pytest.fixture(autouse=True)
def provider(request, settings):
    """The providers of tests are fakes on loopback; none can reach a real service."""
    if "nofake" in request.keywords:
        yield None
        return
    with FakeOpenAI() as fake:
        settings.LLM_PROVIDERS = {"local": fake.as_provider()}
        settings.LLM_EMBEDDER = "local"
        yield fake
