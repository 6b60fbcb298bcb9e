"""Work of this room that the queue does."""

from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now

from core.models import KeptReply

REPLIES_KEPT = timedelta(hours=24)


def heartbeat() -> str:
    """Show the watchdog that the queue is alive: a file whose age is the time since."""
    settings.WORKER_HEARTBEAT.touch()
    return "alive"


def forget_replies() -> str:
    """Delete the kept answers to requests that nobody repeats any more."""
    forgotten, _ = KeptReply.objects.filter(at__lt=Now() - REPLIES_KEPT).delete()
    return f"{forgotten} forgotten"
