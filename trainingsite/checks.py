"""What must hold before the site may run; ``manage.py check`` and the start-up report it."""

from math import ceil
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

MARGIN = 30  # seconds


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
        for name in ("SECRET_KEY", "PSEUDONYM_KEY")
        if len(getattr(settings, name)) < 50
    ]
