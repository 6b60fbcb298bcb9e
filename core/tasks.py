"""Work of this room that the queue does."""

from django.conf import settings


def heartbeat() -> str:
    """Show the watchdog that the queue is alive: a file whose age is the time since."""
    settings.WORKER_HEARTBEAT.touch()
    return "alive"
