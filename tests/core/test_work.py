"""Work rows under many hands: claimed once, counted at the claim, buried after five."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from itertools import count
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from conversations.models import Erasure, Person
from core.work import MOST_CLAIMS, PAUSE, WorkState
from tests.factories import a_domain

pytestmark = pytest.mark.django_db

serial = count(1)

# A worker that takes one row and dies with it in its hands.
POISONED = """
import os, signal, sys
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from conversations.models import Erasure
print(*[row.pk for row in Erasure.objects.claim(limit=10, seconds=600)], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def some_work(number=1, **fields):
    """Rows of the smallest table of work there is."""
    domain = a_domain()
    people = Person.objects.bulk_create(
        Person(domain=domain, pseudonym=f"p{next(serial)}") for _ in range(number)
    )
    return Erasure.objects.bulk_create(Erasure(person=it, through=0, **fields) for it in people)


def take(limit=10, seconds=600):
    return Erasure.objects.claim(limit=limit, seconds=seconds)


def the_lease_runs_out():
    Erasure.objects.exclude(lease_until=None).update(lease_until=Now() - timedelta(seconds=1))


def its_time_comes():
    Erasure.objects.update(next_at=Now())


def die_at_work():
    """A real process claims what is due and is killed; the keys that it had."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "trainingsite.settings",
        "POSTGRES_DATA": settings.DATABASES["default"]["PGDATA"],
        "POSTGRES_FSYNC": "0",
    }
    died = subprocess.run(
        [sys.executable, "-c", POISONED, connection.settings_dict["NAME"]],
        cwd=Path(settings.BASE_DIR),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    return [int(key) for key in died.stdout.split()]


def together(number, work):
    """Run ``work`` in ``number`` threads at the same moment; what each returned."""
    barrier, results = Barrier(number), []

    def run():
        try:
            barrier.wait()
            results.append(work())
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_twenty_workers_at_once_take_each_row_once():
    some_work(200)
    taken = together(20, lambda: [row.pk for row in take(limit=10)])
    keys = [key for batch in taken for key in batch]
    assert len(taken) == 20
    assert len(keys) == len(set(keys))

    rest = take(limit=200)
    assert len(keys) + len(rest) == 200
    assert set(Erasure.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_two_who_hold_the_same_row_after_a_lease_ran_out_finish_it_once():
    some_work()
    late = take()[0]
    the_lease_runs_out()
    holder = take()[0]
    ended = together(2, lambda: (late.finish(), holder.finish()))
    assert sorted(sum(ended, ())) == [False, False, False, True]


def test_the_oldest_are_taken_first_and_no_more_than_asked():
    first, second, _ = some_work(3)
    assert [row.pk for row in take(limit=2)] == [first.pk, second.pk]


def test_what_is_held_is_not_taken_again():
    some_work()
    assert len(take()) == 1
    assert take() == []


def test_what_has_not_come_due_is_not_taken():
    some_work(next_at=Now() + timedelta(seconds=60))
    assert take() == []


def test_what_is_done_or_dead_is_not_taken():
    some_work(state=WorkState.DONE)
    some_work(state=WorkState.DEAD)
    assert take() == []


@pytest.mark.django_db(transaction=True)
def test_work_that_kills_its_worker_is_tried_five_times_and_then_buried():
    poison = some_work()[0]
    for attempt in range(1, MOST_CLAIMS + 1):
        assert die_at_work() == [poison.pk]
        poison.refresh_from_db()
        assert (poison.attempts, poison.state) == (attempt, WorkState.WAITING)
        the_lease_runs_out()
    assert take() == []
    poison.refresh_from_db()
    assert (poison.state, poison.lease_until, poison.error) == (WorkState.DEAD, None, "killed")


@pytest.mark.django_db(transaction=True)
def test_rows_taken_together_with_a_poisoned_one_do_not_die_of_it():
    poison, *good = some_work(5)
    assert len(die_at_work()) == 5  # each counts one attempt
    for _ in range(2 * MOST_CLAIMS):
        the_lease_runs_out()
        for row in take():  # one at a time: the poisoned one kills only its own claim
            if row.pk != poison.pk:
                assert row.finish()
    assert Erasure.objects.get(pk=poison.pk).state == WorkState.DEAD
    assert all(Erasure.objects.get(pk=row.pk).state == WorkState.DONE for row in good)


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_keeps_nobody_else_waiting():
    some_work()
    die_at_work()
    other = some_work()[0]
    assert [row.pk for row in take()] == [other.pk]


def test_finished_work_is_done_and_in_nobodys_hands():
    some_work()
    row = take()[0]
    assert row.finish()
    row.refresh_from_db()
    assert (row.state, row.lease_until, row.attempts) == (WorkState.DONE, None, 1)


@pytest.mark.parametrize("end", ["finish", "put_back", "fail"])
def test_a_late_worker_changes_nothing(end):
    some_work()
    late = take()[0]
    the_lease_runs_out()
    holder = take()[0]
    before = Erasure.objects.values().get()
    assert not (late.fail("tarde") if end == "fail" else getattr(late, end)())
    assert Erasure.objects.values().get() == before
    assert holder.finish()


def test_a_failure_waits_longer_each_time_and_is_the_end_after_the_fifth():
    some_work()
    for attempt in range(MOST_CLAIMS):
        row = take()[0]
        assert row.fail("no se pudo")
        row.refresh_from_db()
        assert row.error == "no se pudo"
        if attempt < MOST_CLAIMS - 1:
            wait = Erasure.objects.annotate(now=Now()).get()
            pause = wait.next_at - wait.now
            assert timedelta(0) <= PAUSE * 2**attempt - pause < timedelta(seconds=5)
            assert take() == []
        its_time_comes()
    assert row.state == WorkState.DEAD
    assert take() == []


def test_work_that_takes_longer_is_renewed_and_still_ends_once():
    some_work()
    (mine,) = take(seconds=1)
    assert mine.renew(600)
    the_lease_runs_out()
    (other,) = take()
    assert not mine.renew(600)
    assert (mine.finish(), other.finish()) == (False, True)


def test_what_could_not_be_tried_loses_no_attempt():
    some_work()
    row = take()[0]
    assert row.put_back()
    row.refresh_from_db()
    assert (row.attempts, row.lease_until) == (0, None)
    assert take() == []
    its_time_comes()
    assert take()[0].attempts == 1


def test_dead_work_gets_five_tries_again_and_other_work_is_left_alone():
    dead = some_work(state=WorkState.DEAD, attempts=5, error="killed")[0]
    done = some_work(state=WorkState.DONE, attempts=1)[0]
    assert Erasure.objects.retry() == 1
    assert [(row.pk, row.attempts, row.error) for row in take()] == [(dead.pk, 1, "")]
    assert Erasure.objects.get(pk=done.pk).state == WorkState.DONE


def test_a_long_error_is_cut_to_its_column():
    some_work()
    assert take()[0].fail("x" * 1000)
    assert len(Erasure.objects.get().error) == 300
