"""The exchanges that wait, batch by batch: nothing is lost, and none holds up the others."""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from math import inf

from conversations import labelling
from conversations.models import Conversation, Processing, Stage
from conversations.pipeline import outcomes, readers
from core.errors import ModelUnavailable
from core.models import Domain

logger = logging.getLogger(__name__)

BATCH = 25  # exchanges that one request asks a model about
LEASE = 180.0  # seconds that a batch may take before others may have it

Item = tuple[Processing, Conversation]


@dataclass
class Results:
    """How many exchanges came to which end.

    ``processed`` is the sum of ``passed_qa`` (approved), ``failed_qa`` (rejected with its errors)
    and ``needs_review``. Those in ``screened_out`` hold nothing to label; ``errors`` are tried
    again later, or are dead after the last attempt. ``claimed`` are all that were taken in hand.
    """

    passed_qa: int = 0
    failed_qa: int = 0
    needs_review: int = 0
    screened_out: int = 0
    errors: int = 0
    claimed: int = 0

    @property
    def processed(self) -> int:
        return self.passed_qa + self.failed_qa + self.needs_review

    def count(self, outcome: outcomes.Outcome | None) -> None:
        """Add one exchange; none for one about which nothing was decided."""
        stage = outcome.stage if outcome else None
        self.passed_qa += stage == Stage.APPROVED
        self.failed_qa += stage == Stage.REJECTED
        self.needs_review += stage == Stage.NEEDS_REVIEW


def process(
    *,
    domain: Domain | None = None,
    max_items: int = 100,
    seconds: float = inf,
    lease: float = LEASE,
) -> Results:
    """Take up to ``max_items`` of the exchanges that wait, of ``domain`` or of all, to their end.

    No batch is begun after ``seconds``: what is left waits for the next who asks. An exchange that
    cannot be processed is counted and tried again later, and stops no other. Those whose model is
    away go back to the queue.
    """
    began = time.monotonic()
    waiting = Processing.objects.all()
    if domain:
        waiting = waiting.filter(conversation__domain=domain)
    results = Results()
    while left := max_items - results.claimed:
        works = waiting.claim(limit=min(BATCH, left), seconds=lease)
        if not works:
            break
        results.claimed += len(works)
        _process(works, results)
        if time.monotonic() - began >= seconds:
            break
    return results


def _process(works: Sequence[Processing], results: Results) -> None:
    rows = Conversation.objects.select_related("domain").consented()
    found = rows.in_bulk([work.pk for work in works])
    items: list[Item] = []
    for work in works:
        if work.pk in found:
            items.append((work, found[work.pk]))
        else:
            work.finish()  # withdrawn meanwhile: erasing takes it from here
    items.sort(key=lambda item: item[1].domain_id)
    for _domain, group in groupby(items, key=lambda item: item[1].domain_id):
        _process_domain(list(group), results)


def _process_domain(items: Sequence[Item], results: Results) -> None:
    with _each_counted([work for work, _ in items], results):
        known = labelling.context(items[0][1].domain)
        asking: list[Item] = []
        for work, row in items:
            with _each_counted([work], results):
                if why := readers.screened(row, known):
                    results.screened_out += outcomes.screen_out(work, row, why)
                else:
                    asking.append((work, row))
        if not asking:
            return
        seen = readers.look([row for _, row in asking], known)
        for (work, row), its in zip(asking, seen, strict=True):
            with _each_counted([work], results):
                reading = readers.interpret(row, known, its)
                results.count(outcomes.finish(work, row, reading, its.vector))


@contextmanager
def _each_counted(works: Sequence[Processing], results: Results) -> Iterator[None]:
    """Give ``works`` back when a model is away; count them as failed when anything else is wrong.

    What ended before is not touched. Of the error only its name is kept: it may quote a message.
    """
    try:
        yield
    except ModelUnavailable:
        for work in works:
            work.put_back()
    except Exception as error:  # noqa: BLE001 (the worker's own loop: one bad item stops no other)
        name = type(error).__name__
        failed = [work for work in works if work.fail(name)]
        results.errors += len(failed)
        logger.error("Not processed: conversations %s (%s)", [it.pk for it in failed], name)
