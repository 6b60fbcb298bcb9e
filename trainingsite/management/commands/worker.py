"""The queue's processes, which live and die together; what watches over them starts them again."""

import logging
import os
import signal
from multiprocessing.process import BaseProcess
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections
from django_q import cluster
from django_q.tasks import async_task

from trainingsite.management.commands.setup_schedules import EVERY_MINUTE

logger = logging.getLogger(__name__)


class Together(cluster.Sentinel):
    """Ends the whole process group when one of the queue's processes was killed.

    django-q2 puts another in its place and goes on, but the killed one may have held the lock of
    the queue that they share, or the results of tasks that then run again and again (its issues
    23 and 339): either the queue hangs, or it never ends.
    """

    def reincarnate(self, process: BaseProcess) -> None:
        if (process.exitcode or 0) < 0:
            logger.critical("A process of the queue was killed: all of it starts again.")
            os.killpg(0, signal.SIGKILL)
        super().reincarnate(process)


class Command(BaseCommand):
    help = "Hace el trabajo de la cola. Necesita quien lo vuelva a arrancar si muere."

    def handle(self, **options: Any) -> None:
        # One schedule that cannot be read stops all the others: they are mended at each start.
        call_command("setup_schedules")
        for func in EVERY_MINUTE.values():  # what waited meanwhile does not wait for the minute
            async_task(func)
        connections.close_all()  # no connection survives the fork
        cluster.Sentinel = Together  # the cluster takes no other kind of sentinel by a setting
        cluster.Cluster().start()
