"""Two connections that meet: one waits for what the other holds."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection

PATIENCE = 20  # seconds, for a machine that is busy
WAITS = """
SELECT EXISTS (
    SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))
)
"""


@contextmanager
def beside(act):
    """A function that starts ``act`` in another connection, and gives what comes of it."""

    def alone():
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        yield lambda: pool.submit(alone)


def until_it_waits():
    """Return when another connection waits for a lock that this one holds."""
    with connection.cursor() as cursor:
        for _ in range(PATIENCE * 200):
            cursor.execute(WAITS)
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.005)")
    pytest.fail("nobody waited: the two never met")
