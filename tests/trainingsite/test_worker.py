"""The queue's schedules: one that is broken stops no other for longer than a restart."""

from datetime import timedelta
from multiprocessing import Event
from queue import SimpleQueue

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.models import OrmQ, Schedule
from django_q.pusher import pusher
from django_q.scheduler import scheduler
from django_q.tasks import async_task

from trainingsite.management.commands.setup_schedules import TIMED

pytestmark = pytest.mark.django_db(transaction=True)  # the scheduler closes connections


def an_hour_ago():
    return timezone.now() - timedelta(hours=1)


def queued():
    return sorted(row.func() for row in OrmQ.objects.all())


def test_a_malformed_schedule_is_gone_after_the_next_start_and_the_others_run():
    call_command("setup_schedules")
    Schedule.objects.update(next_run=an_hour_ago())
    Schedule.objects.create(func="math.copysign", args="(1,", schedule_type="O", name="rota")
    Schedule.objects.filter(name="rota").update(next_run=an_hour_ago() - timedelta(hours=1))
    scheduler()
    assert queued() == []  # what django-q2 does of itself

    call_command("setup_schedules")
    scheduler()
    assert queued() == sorted(func for work in TIMED.values() for func in work.values())


def test_what_was_done_to_our_own_schedules_is_mended():
    call_command("setup_schedules")
    Schedule.objects.update(
        func="os.system", args="(1,", kwargs="{", hook="x", cluster="otra", repeats=0
    )
    Schedule.objects.create(func="os.system", schedule_type="O", name="latido")
    call_command("setup_schedules")
    Schedule.objects.update(next_run=an_hour_ago())
    scheduler()
    assert queued() == sorted(func for work in TIMED.values() for func in work.values())


def test_a_task_that_cannot_be_read_stops_no_other(settings):
    OrmQ.objects.create(key="training", payload="no es nada", lock=an_hour_ago())
    for _ in range(20):
        async_task("core.tasks.heartbeat")
    tasks, ended = SimpleQueue(), Event()
    ended.set()
    for _ in range(21):
        pusher(tasks, ended, ORM(list_key="training"))
    assert tasks.qsize() == 20
