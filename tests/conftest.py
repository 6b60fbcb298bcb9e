"""What every test shares. Objects are made by the plain functions of ``tests.factories``."""

import pytest

from tests.fakes import FakeOpenAI


@pytest.fixture(autouse=True)
def provider(settings):
    """The providers of tests are fakes on loopback; none can reach a real service."""
    with FakeOpenAI() as fake:
        settings.LLM_PROVIDERS = {"local": fake.as_provider()}
        settings.LLM_EMBEDDER = "local"
        yield fake


@pytest.fixture(autouse=True)
def static_files(settings, tmp_path):
    """Served from an empty folder: a checkout that never started has none."""
    settings.STATIC_ROOT = tmp_path
