"""What every test shares. Objects are made by the plain functions of ``tests.factories``."""

from itertools import count

import pytest

from tests import factories
from tests.fakes import FakeOpenAI


@pytest.fixture(autouse=True)
def provider(settings):
    """The providers of tests are fakes on loopback; none can reach a real service."""
    with FakeOpenAI() as fake:
        settings.LLM_PROVIDERS = {"local": fake.as_provider()}
        settings.LLM_EMBEDDER = "local"
        yield fake


@pytest.fixture(autouse=True)
def first_number(monkeypatch):
    """Texts are numbered from 1 in each test: what a split makes of them depends on their words."""
    monkeypatch.setattr(factories, "serial", count(1))
