"""Reviewers' words as the assistant hears them: an answer that somebody complained of and that they
put into other words is right from now on (:mod:`rag.corrections`)."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from conversations import review
from conversations.capture import locked
from conversations.models import Conversation, Review, Thumb
from rag import corrections, feedback, pairs
from rag.models import Correction

Action = Review.Action


def approve(conversation: Conversation, *, by: User, notes: str = "") -> Conversation:
    """Approve an exchange (:func:`conversations.review.approve`, raising the same).

    If its answer was reworded after a complaint, it is a correction.
    """
    with transaction.atomic():
        row = locked(conversation)
        if not (review.is_waiting(row) and _is_put_right(row)):
            return review.approve(row, by=by, notes=notes)
        row = _keep(row, by=by, notes=notes)
    pairs.fill_one(row)
    return row


def edit(conversation: Conversation, *, by: User, **changes: Any) -> Conversation:
    """Correct an exchange (:func:`conversations.review.edit`, taking and raising the same).

    Its stage stays: what waits becomes a correction with its approval, what is approved at once.
    """
    with transaction.atomic():
        row = review.edit(conversation, by=by, **changes)
        reworded = changes.get("question") or changes.get("answer")
        if not reworded or review.is_waiting(row) or not _is_put_right(row):
            return row
        row = _keep(row, by=by)
    pairs.fill_one(row)
    return row


def _keep(row: Conversation, *, by: User, notes: str = "") -> Conversation:
    """Serve what ``row`` answers now, and say so on the thumbs that asked for it."""
    thumbs = list(row.thumbs.filter(thumb=Thumb.DOWN, processed=False).order_by("pk"))
    newest = thumbs[-1] if thumbs else None
    made = corrections.keep(row, by=by, notes=notes, thumb=newest)
    for thumb in thumbs:
        feedback.process(thumb, by=by, change=made)
    return made.conversation


def _is_put_right(row: Conversation) -> bool:
    """Whether staff gave ``row`` another answer than the one that was complained of."""
    if Correction.objects.filter(conversation=row, active=True).exists():
        return True
    standing = row.reviews.filter(undone=False)
    complaint = standing.filter(action=Action.COMPLAIN).first()
    if complaint is None:
        return False
    later = standing.filter(action=Action.EDIT, pk__gt=complaint.pk).order_by("pk")
    before = [it.before["texts"]["answer"] for it in later if "texts" in it.before]
    return bool(before) and before[0] != row.answer
