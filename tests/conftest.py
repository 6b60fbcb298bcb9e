"""What every test shares. Objects are made by the plain functions of ``tests.factories``."""

from itertools import count

import pytest
from django.db import connection

from tests import factories
from tests.fakes import FakeOpenAI


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database can be dropped at the end, whoever still holds a session in it."""
    yield
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"{others} AND datname = current_database()")


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
