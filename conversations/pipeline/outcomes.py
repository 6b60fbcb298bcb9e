"""What becomes of an exchange, and the one place where that is written."""

import hmac
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from conversations import labelling
from conversations.labelling import Reading
from conversations.models import (
    Conversation,
    ConversationQuerySet,
    Label,
    Processing,
    Stage,
    Why,
)
from core import llm

Result = TypeVar("Result")


class Outcome(NamedTuple):
    stage: Stage
    why: str


def outcome_of(row: Conversation, reading: Reading) -> Outcome:
    """Approved, rejected or for a reviewer, by the domain's threshold (requirements, head).

    Not being sure goes first: what a label that may be wrong says of QA means nothing.
    """
    if reading.confidence < row.domain.min_confidence:
        return Outcome(Stage.NEEDS_REVIEW, Why.LOW_CONFIDENCE)
    if not reading.qa_passed:
        return Outcome(Stage.REJECTED, Why.QA)
    return Outcome(Stage.APPROVED, "")


def settle(row: Conversation, reading: Reading) -> Label:
    """Keep ``reading`` and move ``row`` to the outcome that follows, whatever it was before.

    Call it in a transaction that holds the lock of ``row``; earlier labels stay.
    """
    outcome = outcome_of(row, reading)
    row.stage, row.why, row.confidence = outcome.stage, outcome.why, reading.confidence
    row.sampled = outcome.stage == Stage.APPROVED and _is_sampled(row)
    row.save(update_fields=["stage", "why", "confidence", "sampled", "updated_at"])
    return labelling.write(row, reading)


def screen_out(work: Processing, row: Conversation, why: Why) -> bool:
    """Write that an exchange holds nothing to learn from; ``False`` when nothing was decided."""
    return bool(_ended(work, row, lambda: _throw_out(row, why)))


def finish(
    work: Processing, row: Conversation, reading: Reading, vector: list[float] | None
) -> Outcome | None:
    """Write what was read of a captured exchange, and its vector, in one change of the row.

    ``None`` where nothing was decided: another worker has it; its person withdrew, or it was
    deleted; its texts changed meanwhile, so that it is read again; or a person was first, whose
    word stands: their stars, and their label.
    """
    return _ended(work, row, lambda: _write(row, reading, vector))


def _ended(work: Processing, row: Conversation, write: Callable[[], Result]) -> Result | None:
    """End ``work`` and ``write`` what follows, both or neither; ``None`` when it is not ours.

    The exchange is locked before its work, as by whoever adds to its thread.
    """
    try:
        with transaction.atomic():
            mine = Conversation.objects.filter(pk=row.pk).select_for_update(no_key=True)
            mine.values_list("pk").first()
            return write() if work.finish() else None
    except _Changed:
        work.put_back()
        return None


class _Changed(Exception):
    """The texts are no longer those that were read."""


def _write(row: Conversation, reading: Reading, vector: list[float] | None) -> Outcome | None:
    outcome = outcome_of(row, reading)
    values: dict[str, Any] = {"confidence": reading.confidence, "updated_at": Now()}
    moved: dict[str, Any] = {"stage": outcome.stage, "why": outcome.why}
    moved["sampled"] = outcome.stage == Stage.APPROVED and _is_sampled(row)
    if vector is not None:
        moved |= {"embedding": vector, "embedding_model": llm.embedding_model()}
    same = _still(row)
    if same.filter(stage=Stage.CAPTURED).update(**values, **moved):
        labelling.write(row, reading)
        return outcome
    if not same.exists():
        _refuse_if_changed(row)
    elif not row.labels.filter(current=True).exclude(by="").exists():
        same.update(**values)
        labelling.write(row, reading)
    return None


def _throw_out(row: Conversation, why: Why) -> bool:
    same = _still(row)
    thrown = {"stage": Stage.SCREENED_OUT, "why": why, "updated_at": Now()}
    if same.filter(stage=Stage.CAPTURED).update(**thrown):
        return True
    if not same.exists():
        _refuse_if_changed(row)
    return False


def _refuse_if_changed(row: Conversation) -> None:
    """What was read stands there no more: it is read again, unless its person withdrew."""
    if Conversation.objects.filter(pk=row.pk).consented().exists():
        raise _Changed


def _still(row: Conversation) -> ConversationQuerySet:
    """The row if its texts are those that were read, and its person still agrees."""
    same = Conversation.objects.filter(pk=row.pk, question=row.question, answer=row.answer)
    return same.consented()


def _is_sampled(row: Conversation) -> bool:
    """Whether an accepted exchange is shown to a reviewer all the same.

    The same answer each time, which nobody can foresee who does not know the site's secret.
    """
    drawn = hmac.digest(settings.SECRET_KEY.encode(), f"sample:{row.pk}".encode(), "sha256")
    return int.from_bytes(drawn[:8]) / 2**64 < row.domain.review_sample
