"""Transactions that wait for each other: PostgreSQL ends one of them, which is then made again."""

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected

TRIES = 3
Made = TypeVar("Made")


def again_after_deadlock(transact: Callable[[], Made]) -> Made:
    """What ``transact``, a whole transaction, returns; it is made again when it was the one ended.

    Part of another transaction, it is not: its locks are those of the whole, which must begin anew.
    """
    for _ in range(TRIES - 1):
        try:
            return transact()
        except OperationalError as error:
            if connection.in_atomic_block or not isinstance(error.__cause__, DeadlockDetected):
                raise
    return transact()
