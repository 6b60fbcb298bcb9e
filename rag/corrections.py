"""Answers that staff put right: approved at once, and served at once to who asks the same."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from conversations import rating, review
from conversations.models import ChatRating, Conversation
from core import audit
from core.errors import Conflict
from rag import pairs
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

    ``chunk`` is the passage that misled: somebody is to mend it (:func:`mark_fixed`). The question
    gets its vector at once, so that the next one like it is answered so; the next dataset has it
    like any other that is approved. Raises :class:`Conflict` for an exchange that was thrown out
    or that somebody else has open, :class:`Invalid` for an answer that cannot be kept, and
    :class:`ConsentMissing`.
    """
    with transaction.atomic():
        row = review.edit(conversation, by=by, answer=answer)
        made = keep(row, by=by, thumb=thumb, chunk=chunk)
    pairs.fill_one(row)
    return made


@transaction.atomic
def keep(
    conversation: Conversation,
    *,
    by: User,
    notes: str = "",
    thumb: ChatRating | None = None,
    chunk: Chunk | None = None,
) -> Correction:
    """Take what the exchange answers now for right: approved, with five stars, served as it is.

    Raises like :func:`correct`. Whoever calls has its question embedded after the commit.
    """
    # The stars come first, so that the approval is the last that was decided and can be undone.
    row = rating.rate(conversation, stars=STARS, by=by)
    if review.is_waiting(row):
        row = review.approve(row, by=by, notes=notes)
    who = by.get_username()
    found: dict[str, Any] = {"active": True, "by": who}
    if thumb:
        found["thumb"] = thumb
    if chunk:
        found |= {"document": chunk.document, "passage_hash": chunk.text_hash}
        found |= {"chunk_fixed_at": None, "chunk_fixed_by": ""}
    made, _made = Correction.objects.update_or_create(conversation=row, defaults=found)
    audit.record("answer_corrected", row, by=who, trozo=chunk.pk if chunk else None)
    return made


def served(conversations: Sequence[int]) -> int | None:
    """The first of these exchanges whose answer was put right, counted as served; or ``None``."""
    right = Correction.objects.filter(conversation__in=conversations, active=True)
    known = set(right.values_list("conversation", flat=True))
    first = next((it for it in conversations if it in known), None)
    if first:
        right.filter(conversation=first).update(hits=F("hits") + 1, last_hit_at=Now())
    return first


@transaction.atomic
def mark_fixed(correction: Correction, *, by: User) -> None:
    """Say that the passage that misled was mended.

    Raises :class:`Conflict` where no passage waits for that.
    """
    who = by.get_username()
    open_now = Correction.objects.to_fix().filter(pk=correction.pk)
    if not open_now.update(chunk_fixed_at=Now(), chunk_fixed_by=who):
        raise Conflict(_("Ese trozo no espera arreglo."), id=correction.pk)
    audit.record("chunk_fixed", correction.conversation, by=who, documento=correction.document_id)
