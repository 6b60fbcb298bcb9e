"""When evaluations are begun and gone on with.

The queue does a part of them each minute, so that no task takes longer than the queue lets it;
the loop's command does one from end to end.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from core import audit
from core.errors import ModelUnavailable
from core.models import Domain
from core.work import WorkState
from finetune.evaluation.exam import Exam, exam_of, in_service
from finetune.evaluation.sitting import LEASE, Answerer, Progress, Sitting, note
from finetune.judge import Judge, judge_for
from finetune.models import Evaluating, Evaluation, TrainedModel

logger = logging.getLogger(__name__)

SECONDS = 40  # of a task; with an answer that takes as long as one may, still under its timeout
WAIT = 2.0  # seconds between looks at an evaluation that another process is at


@transaction.atomic
def begin(model: TrainedModel, *, exam: Exam | None = None, by: str = "evaluation") -> Evaluation:
    """Have ``model`` evaluated: the evaluation, of which the queue does a part each minute.

    One that is under way is given back; where it had been given up, it gets another try.
    """
    domain = Domain.objects.select_for_update(no_key=True).get(pk=model.domain_id)
    found = model.evaluations.open().first()
    if found:
        Evaluating.objects.filter(evaluation=found, state=WorkState.DEAD).again()
        return found
    evaluation = Evaluation.objects.create(domain=domain, model=model)
    note(evaluation, exam or exam_of(model))
    Evaluating.objects.create(evaluation=evaluation)
    audit.record("evaluation_begun", evaluation, by=by)
    return evaluation


def evaluate(
    model: TrainedModel,
    *,
    answerer: Answerer,
    exam: Exam | None = None,
    judge: Judge | None = None,
    progress: Progress | None = None,
    by: str = "evaluation",
) -> Evaluation:
    """:func:`begin`, and stay until the verdict is there; whoever is at it already is waited for.

    ``progress`` is told how many of how many answers there are. What a provider fails with is
    raised; calling again goes on from there.
    """
    evaluation = begin(model, exam=exam, by=by)
    while not evaluation.finished_at:
        mine = Evaluating.objects.filter(evaluation=evaluation).claim(limit=1, seconds=LEASE)
        if mine:
            with _held(mine[0]):
                # Who was erased meanwhile is in the questions no more.
                asked = exam or exam_of(model)
                Sitting(mine[0], asked, answerer, judge, progress).run()
        else:
            time.sleep(WAIT)
            begin(model, exam=exam, by=by)  # whoever was at it may have given up
        evaluation.refresh_from_db()
    return evaluation


def go_on(seconds: float = SECONDS) -> str:
    """Do a part of what waits to be evaluated, for about ``seconds``; what came of it.

    Models that nobody has evaluated are begun with, so that every training ends in a verdict.
    """
    for model in TrainedModel.objects.filter(evaluations=None, gone_at=None):
        begin(model)
    end = time.monotonic() + seconds
    finished = failed = 0
    while time.monotonic() < end and (mine := Evaluating.objects.claim(limit=1, seconds=LEASE)):
        done = _part(mine[0], until=end)
        finished += bool(done)
        failed += done is None
    return f"{finished} finished, {failed} failed"


def _part(work: Evaluating, *, until: float) -> bool | None:
    """Whether an evaluation was finished; ``None`` when it failed, which stops no other."""
    model = work.evaluation.model
    try:
        with _held(work):
            answerer = import_string(settings.EVALUATION_ANSWERER)(model, in_service(model.domain))
            judge = judge_for(model.domain)
            return Sitting(work, exam_of(model), answerer, judge).run(until=until)
    except ModelUnavailable as error:
        logger.warning("Evaluation %s waits for its provider: %s", work.pk, error)
    except Exception:  # the worker's own loop: one evaluation must not keep the others waiting
        logger.exception("Evaluation %s failed", work.pk)
    return None


@contextmanager
def _held(work: Evaluating) -> Iterator[None]:
    """However the block ends, leave the work as the next one must find it."""
    try:
        yield
    except ModelUnavailable:
        work.put_back()
        raise
    except Exception as error:
        work.fail(type(error).__name__)
        raise
    work.put_back()  # unless it is finished
