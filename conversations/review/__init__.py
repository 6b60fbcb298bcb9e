"""What a reviewer decides about an exchange: every verb is one transaction, written down, undoable.

The verbs take who decides as ``by``; whether they may, and in which domain, is the door's business.
"""

from conversations.review.batches import AT_ONCE, Batch, auto_approve, in_turn
from conversations.review.claims import claim, claim_next, heartbeat, release
from conversations.review.complaints import complain
from conversations.review.deciding import PERSON_ASKED, forget_texts
from conversations.review.decisions import approve, confirm, flag, reject, send_back
from conversations.review.edits import edit
from conversations.review.figures import BANDS, STATUSES, in_band, standing, summary
from conversations.review.readings import reanalyse
from conversations.review.undoing import undo
from conversations.review.waiting import (
    WAITING,
    by_confidence,
    is_waiting,
    pending,
    told_confidence,
    told_why,
    with_told,
)

__all__ = [
    "AT_ONCE",
    "BANDS",
    "PERSON_ASKED",
    "STATUSES",
    "WAITING",
    "Batch",
    "approve",
    "auto_approve",
    "by_confidence",
    "claim",
    "claim_next",
    "complain",
    "confirm",
    "edit",
    "flag",
    "forget_texts",
    "heartbeat",
    "in_band",
    "in_turn",
    "is_waiting",
    "pending",
    "reanalyse",
    "reject",
    "release",
    "send_back",
    "standing",
    "summary",
    "told_confidence",
    "told_why",
    "undo",
    "with_told",
]
