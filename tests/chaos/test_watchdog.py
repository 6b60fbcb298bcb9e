"""The queue after one of its processes was killed: it goes on by itself, and leaves nobody behind.

The worst case is the watchdog's silence and one more canary, 150 seconds (reliability Q5).
"""

import os
import signal
import time

import pytest

from tests.site import Site, children, family, until, until_gone

LONGEST = 150.0


@pytest.fixture(scope="module")
def site():
    with Site(POSTGRES_FSYNC="0") as site:
        yield site.start()


def canary(site):
    """When the queue last did a task, by the clock of its file."""
    file = site.folder / "var" / "worker-heartbeat"
    return file.stat().st_mtime if file.exists() else 0.0


def members(leader):
    """The processes of the queue by what they do."""
    (sentinel,) = children(leader)
    *workers, monitor, pusher = children(sentinel)
    return {
        "worker": workers[0],
        "monitor": monitor,
        "pusher": pusher,
        "sentinel": sentinel,
        "parent": leader,
    }


def at_work(site):
    """The queue's leader, once all of its processes are there and it did a first task."""
    leader = site.part("worker")
    complete = leader and len(family(leader)) == 6
    return leader if complete and canary(site) else None


def test_killed_process_of_the_queue_is_followed_by_a_whole_new_one(site):
    told = []
    for victim in ("worker", "monitor", "parent"):
        told.append((victim, hurt(site, victim, signal.SIGKILL)))
    print("\nresumed after", *(f"{victim} {seconds:.1f} s," for victim, seconds in told))


@pytest.mark.chaos
@pytest.mark.parametrize("victim", ["pusher", "sentinel"])
def test_any_other_process_of_the_queue_too(site, victim):
    print(f"\nresumed {hurt(site, victim, signal.SIGKILL):.1f} s after the {victim}")


@pytest.mark.chaos
def test_queue_that_hangs_without_dying_is_found_by_its_silence(site):
    """Nobody sees that a stopped process does nothing, but its canary falls silent."""
    print(f"\nresumed {hurt(site, 'sentinel', signal.SIGSTOP):.1f} s after the sentinel hung")


def hurt(site, victim, number):
    """Send a signal to one process of the queue; how long until a task was done again."""
    leader = until(lambda: at_work(site), seconds=60, what="the queue")
    pids, began = family(leader), time.time()
    os.kill(members(leader)[victim], number)
    until(
        lambda: canary(site) > began and site.part("worker") not in {leader, None},
        seconds=LONGEST,
        what="another canary",
    )
    resumed = time.time() - began
    assert until_gone(pids, seconds=5) == []
    return resumed
