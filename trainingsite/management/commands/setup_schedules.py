"""The work that comes back: written to the queue's table."""

from typing import Any

from django.core.management.base import BaseCommand
from django_q.models import Schedule

EVERY_MINUTE = {
    "latido": "core.tasks.heartbeat",
    "vectores": "conversations.tasks.embed_waiting",
    "entrenamientos": "finetune.tasks.poll_jobs",
}


class Command(BaseCommand):
    help = "Create or mend the schedules of the queue; safe to run again."

    def handle(self, **options: Any) -> None:
        for name, func in EVERY_MINUTE.items():
            Schedule.objects.update_or_create(
                name=name,
                defaults={
                    "func": func,
                    "schedule_type": Schedule.MINUTES,
                    "minutes": 1,
                    "repeats": -1,
                },
            )
        Schedule.objects.exclude(name__in=EVERY_MINUTE).delete()
