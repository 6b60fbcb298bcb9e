"""What must hold before the site may run; ``manage.py check`` and the start-up report it."""

from collections.abc import Iterable
from datetime import date
from math import ceil
from typing import Any

from django.conf import settings
from django.core.checks import ERROR, WARNING, CheckMessage, Error, Tags, register
from django.db import connections

MARGIN = 30  # seconds
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")  # what an answered 202 stands on


@register()
def queue_never_runs_a_waiting_task_twice(**kwargs: Any) -> list[CheckMessage]:
    """A task waits in the memory of a busy cluster while its lock runs (reliability Q6)."""
    queue = settings.Q_CLUSTER
    waiting = ceil((queue["queue_limit"] + queue["bulk"]) / queue["workers"])
    needed = queue["timeout"] * (1 + waiting) + MARGIN
    if queue["retry"] > needed:
        return []
    return [Error(f"Q_CLUSTER['retry'] must be over {needed} seconds.", id="trainingsite.E001")]


@register()
def secrets_are_secret(**kwargs: Any) -> list[CheckMessage]:
    """Short keys are guessed keys."""
    return [
        Error(f"{name} is shorter than 50 characters; run make setup.", id="trainingsite.E002")
        for name in ("SECRET_KEY", "PSEUDONYM_KEY", "SEALING_KEY")
        if len(getattr(settings, name)) < 50
    ]


@register()
def embedder_is_a_provider(**kwargs: Any) -> list[CheckMessage]:
    """Without it no exchange gets a vector, and the queue would give all of them up."""
    if settings.LLM_EMBEDDER in settings.LLM_PROVIDERS:
        return []
    said = f"LLM_EMBEDDER={settings.LLM_EMBEDDER} is not among LLM_PROVIDERS."
    return [Error(said, id="trainingsite.E004")]


@register()
def days_are_days(**kwargs: Any) -> list[CheckMessage]:
    """No training could start at a provider whose last day nobody can read."""
    return [
        Error(f"{name}: TRAINS_UNTIL is not a day (YYYY-MM-DD).", id="trainingsite.E005")
        for name, found in settings.LLM_PROVIDERS.items()
        if found.get("trains_until") and not _is_day(found["trains_until"])
    ]


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


@register()
def whatsapp_is_whole(**kwargs: Any) -> list[CheckMessage]:
    """A number whose deliveries nobody can prove, or whose replies nobody may send, is silent."""
    names = ("TOKEN", "APP_SECRET", "VERIFY_TOKEN")
    missing = [it for it in names if not getattr(settings, f"WHATSAPP_{it}")]
    faults = [f"WHATSAPP_{it} is missing." for it in missing if settings.WHATSAPP_NUMBERS]
    faults += [
        f"WHATSAPP_NUMBERS: {number} has no domain (number:domain)."
        for number, slug in settings.WHATSAPP_NUMBERS.items()
        if not slug
    ]
    return [Error(said, id="trainingsite.E006") for said in faults]


@register(Tags.database)
def database_keeps_what_it_confirms(
    databases: Iterable[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A crash must lose nothing that was acknowledged (reliability Q6); ``migrate`` asks too.

    A server without fsync that was asked for by ``POSTGRES_FSYNC=0`` is only warned of.
    """
    return [found for alias in databases or [] for found in _not_durable(alias)]


def _not_durable(alias: str) -> list[CheckMessage]:
    connection = connections[alias]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = 'off' ORDER BY name",
            [list(DURABLE)],
        )
        off = [name for (name,) in cursor.fetchall()]
    level = ERROR if connection.settings_dict.get("FSYNC", True) else WARNING
    said = "PostgreSQL runs with {} off."
    return [CheckMessage(level, said.format(name), id="trainingsite.E003") for name in off]
