"""What every decision has in common: the row's lock, the state before and after, the record."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from conversations.capture import LONGEST, ConsentMissing, locked, masked
from conversations.keys import is_storable
from conversations.models import Conversation, Stage, Why
from conversations.review import claims
from conversations.review.waiting import is_waiting
from core import audit
from core.errors import Conflict, Invalid

State = dict[str, Any]

PERSON_ASKED = (Why.PERSONAL_DATA, Why.NEW_ANSWER, Why.REVIEWER, Why.THUMB_DOWN)
"""Why an exchange waits for a person whatever the machine makes of it."""
UNDECIDED: State = {"reviewed_at": None, "reviewed_by": None}


@contextmanager
def deciding(
    conversation: Conversation, action: str, *, by: User, notes: str = "", held: bool = True
) -> Iterator[Conversation]:
    """Lock the exchange, let the caller change it, and write down who decided what.

    One transaction. The claim of ``by`` ends with it when nothing is left to review.
    ``held=False`` does not mind whether somebody else has the exchange open. Raises
    :class:`Conflict` when somebody has, :class:`Invalid` for notes that cannot be kept, and
    :class:`NotFound` when it was deleted.
    """
    notes = kept(notes, conversation)
    with transaction.atomic():
        row = locked(conversation)
        if held:
            claims.refuse_if_held(row, by=by)
        was, texts = state_of(row), texts_of(row)
        yield row
        write_down(row, action, was, texts, by=by.get_username(), notes=notes)
        if not is_waiting(row):
            claims.release(row, by=by)


def write_down(
    row: Conversation, action: str, was: State, texts: State, *, by: str, notes: str = ""
) -> None:
    """Keep the decision with what it found and what it made of it, and audit it without texts.

    Texts that changed are kept as they were, so that the first original is never lost; except
    where somebody had found a personal datum in them: it must go, not be put aside.
    """
    before = {"was": was, "made": state_of(row)}
    if before["made"]["texts"] != was["texts"]:
        if was["why"] == Why.PERSONAL_DATA:
            forget_texts(row)
        else:
            before["texts"] = texts
    row.reviews.create(action=action, by=by, notes=notes, before=before)
    audit.record(f"review_{action}", row, by=by, stage=row.stage)


def forget_texts(row: Conversation) -> None:
    """Keep no earlier wording of ``row``: a personal datum was found in it and taken out."""
    for review in row.reviews.filter(before__has_key="texts"):
        del review.before["texts"]
        review.save(update_fields=["before"])


def move(row: Conversation, **values: Any) -> None:
    """Write ``values`` to a locked row and read back what the database made of them."""
    Conversation.objects.filter(pk=row.pk).update(**values, updated_at=Now())
    row.refresh_from_db(fields=[*values, "updated_at"])


def state_of(row: Conversation) -> State:
    """What a decision may change, comparable and storable; texts only as a digest."""
    texts = f"{row.question}\0{row.answer}".encode()
    return {
        "stage": row.stage,
        "why": row.why,
        "reviewed_at": row.reviewed_at.isoformat() if row.reviewed_at else None,
        "reviewed_by_id": row.reviewed_by_id,
        "confidence": row.confidence,
        "sampled": row.sampled,
        "stars": row.stars,
        "label": row.labels.filter(current=True).values_list("pk", flat=True).first(),
        "texts": hashlib.blake2b(texts, digest_size=16).hexdigest(),
    }


def texts_of(row: Conversation) -> State:
    """What an edit replaces, and the verdict that it takes back with it."""
    return {"question": row.question, "answer": row.answer, "feedback": row.feedback}


def refuse_unless_waiting(row: Conversation) -> None:
    """Raise :class:`Conflict` for an exchange that no reviewer was asked about."""
    if not is_waiting(row):
        raise Conflict(_("La conversación no espera revisión."), id=row.pk, stage=row.stage)


def refuse_without_consent(row: Conversation) -> None:
    """Raise :class:`ConsentMissing` when its person took their consent back meanwhile."""
    if not Conversation.objects.filter(pk=row.pk).consented().exists():
        raise ConsentMissing(_("La persona retiró su consentimiento."), id=row.pk)


def refuse_unless_standing(row: Conversation) -> None:
    """Raise :class:`Conflict` for an exchange that waits for the machine or was thrown out."""
    if row.stage == Stage.CAPTURED:
        raise Conflict(_("La conversación aún no se ha procesado."), id=row.pk, stage=row.stage)
    if row.stage not in (Stage.NEEDS_REVIEW, Stage.APPROVED):
        why = _("La conversación fue descartada: devuélvala antes a revisión.")
        raise Conflict(why, id=row.pk, stage=row.stage)


def kept(notes: str, conversation: Conversation) -> str:
    """``notes`` without personal data. Raises :class:`Invalid` for those that cannot be kept."""
    if len(notes) > LONGEST or not is_storable(notes):
        why = _("Hasta %(n)s caracteres, sin caracteres nulos.") % {"n": LONGEST}
        raise Invalid(_("La nota no se puede guardar."), notes=[why])
    return masked(notes, conversation.domain) if notes else ""
