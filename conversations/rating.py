"""Stars: a person's verdict on an exchange. Rating stores the rating and starts nothing."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from conversations.capture import LONGEST, locked, masked
from conversations.keys import is_storable
from conversations.models import DISCARDED, Conversation, Rating, Stage
from core import audit
from core.errors import Conflict, Invalid

STARS = range(1, 6)


@transaction.atomic
def rate(conversation: Conversation, *, stars: int, feedback: str = "", by: User) -> Conversation:
    """Give 1 to 5 stars. They replace earlier ones, which stay in the history.

    Whoever rates has read the masked text, so a captured exchange becomes approved by it.
    The comment is kept without personal data. Raises :class:`Invalid` outside 1..5 or for a
    comment that cannot be kept, and :class:`Conflict` for an exchange that was thrown out.
    """
    if stars not in STARS:
        raise Invalid("Las estrellas van de 1 a 5.", calificacion=["Un número de 1 a 5."])
    if len(feedback) > LONGEST or not is_storable(feedback):
        raise Invalid(
            "El comentario no se puede guardar.",
            feedback=[f"Hasta {LONGEST} caracteres, sin caracteres nulos."],
        )
    feedback = masked(feedback, conversation.domain)
    row = locked(conversation)
    if row.stage in DISCARDED:
        raise Conflict("La conversación fue descartada; no se califica.", id=row.pk)
    facts: dict[str, Any] = {"stars": stars, "feedback": feedback or None}
    if row.stage == Stage.CAPTURED:
        facts |= {"stage": Stage.APPROVED, "reviewed_at": timezone.now(), "reviewed_by": by}
    return _write(row, facts, reason=Rating.Reason.RATED, by=by)


@transaction.atomic
def clear(conversation: Conversation, *, by: User) -> Conversation:
    """Take the stars back; the history keeps them."""
    row = locked(conversation)
    return _write(row, {"stars": None, "feedback": None}, reason=Rating.Reason.CLEARED, by=by)


def _write(row: Conversation, facts: dict[str, Any], *, reason: str, by: User) -> Conversation:
    for name, value in facts.items():
        setattr(row, name, value)
    row.save(update_fields=[*facts, "updated_at"])
    who = by.get_username()
    row.ratings.create(stars=row.stars, feedback=row.feedback or "", reason=reason, by=who)
    audit.record(f"conversation_{reason}", row, by=who, stars=row.stars)
    return row
