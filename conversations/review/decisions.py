"""The reviewer's words: approve, reject, send back, "a personal datum is left"."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from conversations.models import DISCARDED, Conversation, Review, Stage, Why
from conversations.review.deciding import (
    PERSON_ASKED,
    UNDECIDED,
    deciding,
    move,
    refuse_unless_waiting,
    refuse_without_consent,
)
from conversations.review.waiting import is_waiting
from core.errors import Conflict

Action = Review.Action


def approve(conversation: Conversation, *, by: User, notes: str = "") -> Conversation:
    """Accept the label and the masks of an exchange that waits for it.

    Raises :class:`Conflict` for one that does not wait or that somebody else has open, and
    :class:`ConsentMissing` when its person took their consent back.
    """
    with deciding(conversation, Action.APPROVE, by=by, notes=notes) as row:
        refuse_unless_waiting(row)
        refuse_without_consent(row)
        move(row, stage=Stage.APPROVED, why="", **_decided(by))
    return row


def confirm(conversation: Conversation, *, by: User) -> Conversation:
    """Accept, seen in a list, what the machine approved or was not sure of.

    Raises :class:`Conflict` for one that a person was asked to look at by itself, that a person
    decided, that was thrown out or that somebody else has open, and :class:`ConsentMissing` when
    its person took their consent back.
    """
    with deciding(conversation, Action.APPROVE, by=by) as row:
        if row.stage not in (Stage.NEEDS_REVIEW, Stage.APPROVED) or row.why in PERSON_ASKED:
            raise Conflict(_("La conversación no se aprueba en lote."), id=row.pk, stage=row.stage)
        if row.reviewed_at:
            raise Conflict(_("Ya la revisó una persona."), id=row.pk, stage=row.stage)
        refuse_without_consent(row)
        move(row, stage=Stage.APPROVED, why="", **_decided(by))
    return row


def reject(conversation: Conversation, *, by: User, reason: str = "") -> Conversation:
    """Throw out an exchange that waits for review.

    Raises :class:`Conflict` for one that does not wait or that somebody else has open.
    """
    with deciding(conversation, Action.REJECT, by=by, notes=reason) as row:
        refuse_unless_waiting(row)
        move(row, stage=Stage.REJECTED, why=Why.REVIEWER, **_decided(by))
    return row


def send_back(conversation: Conversation, *, by: User, notes: str = "") -> Conversation:
    """Have an exchange reviewed again that was approved, rejected or screened out.

    Raises :class:`Conflict` for one that waits already, for the machine or for a reviewer.
    """
    with deciding(conversation, Action.SEND_BACK, by=by, notes=notes) as row:
        if is_waiting(row) or row.stage == Stage.CAPTURED:
            raise Conflict(_("La conversación ya está en espera."), id=row.pk, stage=row.stage)
        move(row, stage=Stage.NEEDS_REVIEW, why=Why.REVIEWER, **UNDECIDED)
    return row


def flag(conversation: Conversation, *, by: User) -> Conversation:
    """Say that a personal datum is left in it: a reviewer must look, whoever has it open.

    Its stars stay; nothing is learned from it meanwhile. Raises :class:`Conflict` for one that
    was thrown out or is flagged already.
    """
    with deciding(conversation, Action.FLAG, by=by, held=False) as row:
        flagged = row.stage == Stage.NEEDS_REVIEW and row.why == Why.PERSONAL_DATA
        if flagged or row.stage in DISCARDED:
            raise Conflict(_("La conversación ya está apartada."), id=row.pk, stage=row.stage)
        move(row, stage=Stage.NEEDS_REVIEW, why=Why.PERSONAL_DATA, **UNDECIDED)
    return row


def _decided(by: User) -> dict[str, Any]:
    return {"reviewed_at": Now(), "reviewed_by": by}
