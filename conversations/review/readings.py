"""Having the machine read an exchange again, with what it has learned since."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from conversations import labelling, pipeline
from conversations.capture import locked
from conversations.models import Conversation, Review
from conversations.review import claims
from conversations.review.deciding import (
    PERSON_ASKED,
    UNDECIDED,
    deciding,
    move,
    refuse_unless_standing,
    refuse_without_consent,
)
from core.errors import Conflict


def reanalyse(conversation: Conversation, *, by: User) -> Conversation:
    """Label an exchange again; the rules decide anew, QA always among them (requirements, X26).

    An approved one may so come to need a review. One that somebody asked a person to look at gets
    its label and goes on waiting for that person. Earlier labels stay. Raises :class:`Conflict`
    for an exchange that was thrown out, is still to be processed or changed meanwhile, and
    :class:`ModelUnavailable` while the domain's model is away.
    """
    asked = _readable(conversation, by=by)
    reading = pipeline.read(asked)  # a provider is asked: no lock is held meanwhile
    with deciding(conversation, Review.Action.REANALYSE, by=by) as row:
        refuse_unless_standing(row)
        refuse_without_consent(row)
        if (row.question, row.answer) != (asked.question, asked.answer):
            raise Conflict(_("La conversación cambió mientras se leía."), id=row.pk)
        if row.why in PERSON_ASKED:
            labelling.write(row, reading)
            move(row, confidence=reading.confidence)
        else:
            pipeline.settle(row, reading)
            move(row, **UNDECIDED)
    return row


@transaction.atomic
def _readable(conversation: Conversation, *, by: User) -> Conversation:
    """The exchange as it is, if it may be read: what is refused leaves the house for no model."""
    row = locked(conversation)
    claims.refuse_if_held(row, by=by)
    refuse_unless_standing(row)
    refuse_without_consent(row)
    return row
