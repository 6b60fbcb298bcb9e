"""What every test shares. Objects are made by the plain functions of ``tests.factories``."""

from itertools import count

import pytest
from django.apps import apps
from django.db import connection
from django.db.models.signals import post_migrate

from tests import factories
from tests.fakes import FakeOpenAI
from tests.sharing import ByFile, is_heavy


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: not is_heavy(item.path))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ByFile(config, log)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """What migrations wrote comes back after each test that empties the tables.

    And the database can be dropped at the end, whoever still holds a session in it.
    """
    with django_db_blocker.unblock():
        written = list(rows_of_our_own())

    def bring_back(**_):
        for row in written:
            row.save_base(raw=True)

    post_migrate.connect(bring_back, sender=apps.get_app_config("core"), weak=False)
    yield
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"{others} AND datname = current_database()")


def rows_of_our_own():
    """Every row but those that Django itself writes again: content types and permissions."""
    for model in apps.get_models():
        if model._meta.app_label not in {"auth", "contenttypes"}:
            yield from model._base_manager.all()


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
