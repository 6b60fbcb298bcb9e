"""What people say about an answer: a thumb down is work for a reviewer, the same minute."""

from typing import Any

from django.db import transaction

from conversations.capture import locked
from conversations.models import DISCARDED, Conversation, Review, Stage, Why
from conversations.review.deciding import (
    PERSON_ASKED,
    UNDECIDED,
    kept,
    move,
    state_of,
    texts_of,
    write_down,
)


@transaction.atomic
def complain(conversation: Conversation, *, by: str, reason: str = "") -> Conversation:
    """Have an exchange reviewed whose answer did not help; ``reason`` is kept masked.

    Its stars stay, and nothing is learned from it or served meanwhile. What was thrown out stays
    so, and what waits because of a person keeps that reason. Raises :class:`Invalid` for a reason
    that cannot be kept, and :class:`NotFound` when the exchange was deleted.
    """
    reason = kept(reason, conversation)
    row = locked(conversation)
    was, texts = state_of(row), texts_of(row)
    if row.stage not in DISCARDED and not _waits_for_a_person(row):
        moved: dict[str, Any] = {"stage": Stage.NEEDS_REVIEW, "why": Why.THUMB_DOWN}
        move(row, **moved, **UNDECIDED)
    write_down(row, Review.Action.COMPLAIN, was, texts, by=by, notes=reason)
    return row


def _waits_for_a_person(row: Conversation) -> bool:
    return row.stage == Stage.NEEDS_REVIEW and row.why in PERSON_ASKED
