"""The queue can be looked at; nobody can make it run anything."""

import pytest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django_q.models import Failure, OrmQ, Schedule

EVIL = {"func": "os.system", "args": "'true'", "schedule_type": "O", "repeats": -1}


def test_no_schedule_is_added_even_by_a_superuser(boss):
    answer = boss.post(reverse("admin:django_q_schedule_add"), EVIL)

    assert answer.status_code == 403
    assert not Schedule.objects.exists()


def test_no_schedule_is_changed(boss):
    schedule = Schedule.objects.create(func="core.tasks.heartbeat", schedule_type="O")

    answer = boss.post(reverse("admin:django_q_schedule_change", args=[schedule.pk]), EVIL)

    schedule.refresh_from_db()
    assert answer.status_code == 403
    assert schedule.func == "core.tasks.heartbeat"


def test_a_failed_task_is_shown_and_not_run_again(boss):
    now = timezone.now()
    task = Failure.objects.create(
        id="a" * 32, name="tarea", func="os.system", started=now, stopped=now, success=False
    )
    url = reverse("admin:django_q_failure_changelist")

    page = boss.get(url).content.decode()
    boss.post(url, {"action": "resubmit_task", "_selected_action": [task.pk]})

    assert "tarea" in page
    assert not OrmQ.objects.exists()


def test_the_queue_itself_has_no_page():
    with pytest.raises(NoReverseMatch):
        reverse("admin:django_q_ormq_changelist")
