"""Asking the providers about the live jobs, every ten seconds for about a minute."""

import logging
import time
from collections.abc import Callable

from core.errors import Refusal
from finetune import training
from finetune.models import FineTuningJob

logger = logging.getLogger(__name__)

SECONDS = 55  # a schedule starts a round each minute
EVERY = 10  # seconds (requirements, D21)
SPACING = 9.5  # rounds that overlap do not ask about a job twice


def poll(
    seconds: float = SECONDS,
    *,
    every: float = EVERY,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Ask again and again while jobs are live, for at most ``seconds``; say what came of it."""
    end = clock() + seconds
    changed = failed = rounds = 0
    while live := list(FineTuningJob.objects.live().order_by("pk")):
        rounds += 1
        for job in live:
            moved = ask(job)
            changed += bool(moved)
            failed += moved is None
        if clock() + every > end:
            break
        sleep(every)
    return f"{rounds} rounds: {changed} changed, {failed} failed"


def ask(job: FineTuningJob) -> bool | None:
    """Whether ``job`` moved; ``None`` when asking failed, which stops no other job."""
    try:
        return training.refresh(job, spacing=SPACING)
    except Refusal as error:
        logger.warning("Job %s will be asked about again: %s", job.pk, error)
    except Exception:  # the worker's own loop: a bug with one job must not starve the rest
        logger.exception("Job %s could not be asked about", job.pk)
    return None
