"""A database that may lose what it confirmed, or a setting that names nobody, is found in time."""

import pytest
from django.core.checks import ERROR, WARNING
from django.core.management import CommandError, call_command
from django.db import connection

from trainingsite import checks


def unsafe():
    return checks.database_keeps_what_it_confirms(databases=["default"])


@pytest.fixture
def promised(monkeypatch):
    """The server of tests runs without fsync; here as if nobody had asked for that."""
    monkeypatch.setitem(connection.settings_dict, "FSYNC", True)


@pytest.mark.django_db
def test_database_that_may_lose_what_it_confirmed_is_refused(promised):
    found = unsafe()
    assert {it.level for it in found} == {ERROR}
    assert [it.msg.split()[-2] for it in found] == [
        "fsync",
        "full_page_writes",
        "synchronous_commit",
    ]


@pytest.mark.django_db
def test_one_setting_alone_is_enough_to_be_refused(promised):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")
    assert "synchronous_commit" not in " ".join(it.msg for it in unsafe())
    assert len(unsafe()) == 2


@pytest.mark.django_db
def test_command_reports_it_and_fails(promised):
    with pytest.raises(CommandError, match="fsync off"):
        call_command("check", databases=["default"])


@pytest.mark.django_db
def test_quick_server_that_was_asked_for_is_only_warned_of(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "FSYNC", False)
    assert {it.level for it in unsafe()} == {WARNING}


def test_embedder_that_no_provider_is_called_is_refused(settings):
    assert checks.embedder_is_a_provider() == []
    settings.LLM_EMBEDDER = "removed"
    assert [it.id for it in checks.embedder_is_a_provider()] == ["trainingsite.E004"]
