"""Answers that staff put right: approved at once, and served at once to who asks the same."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from conversations import embedding, rating, review
from conversations.models import ChatRating, Conversation
from core import audit
from rag.models import Chunk, Correction

STARS = 5  # of an answer that somebody wrote to be right


def correct(
    conversation: Conversation,
    answer: str,
    *,
    by: User,
    thumb: ChatRating | None = None,
    chunk: Chunk | None = None,
) -> Correction:
    """Make ``answer`` the approved one of the exchange, with five stars, and serve it from now on.

    ``chunk`` is the passage that misled. The question gets its vector at once, so that the next one
    like it is answered so; the next dataset has it like any other that is approved. Raises
    :class:`Conflict` for an exchange that was thrown out or that somebody else has open,
    :class:`Invalid` for an answer that cannot be kept, and :class:`ConsentMissing`.
    """
    with transaction.atomic():
        row = review.edit(conversation, by=by, answer=answer)
        if review.is_waiting(row):
            row = review.approve(row, by=by)
        row = rating.rate(row, stars=STARS, by=by)
        who = by.get_username()
        found = {"thumb": thumb, "chunk": chunk, "chunk_fixed_at": None, "active": True, "by": who}
        made, _ = Correction.objects.update_or_create(conversation=row, defaults=found)
        audit.record("answer_corrected", row, by=who, trozo=chunk.pk if chunk else None)
    embedding.fill_one(row)
    return made


def served(conversations: Sequence[int]) -> int | None:
    """The first of these exchanges whose answer was put right, counted as served; or ``None``."""
    right = Correction.objects.filter(conversation__in=conversations, active=True)
    known = set(right.values_list("conversation", flat=True))
    first = next((it for it in conversations if it in known), None)
    if first:
        right.filter(conversation=first).update(hits=F("hits") + 1, last_hit_at=Now())
    return first
