"""The only writer of what was said: consent, anonymise, hash, store, queue."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Unpack

from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, transaction

from conversations import batch, categories, labelling, threads
from conversations.deliveries import (
    LONGEST,
    ConsentMissing,
    Exchange,
    Facts,
    NoQuestion,
    Outcome,
    Reply,
    unfit,
)
from conversations.models import ChatSession, Conversation, Origin, Person, Rating
from conversations.said import Said
from core import audit
from core.deadlocks import again_after_deadlock
from core.errors import NotFound
from core.models import Domain

__all__ = [
    "LONGEST",
    "ConsentMissing",
    "Exchange",
    "Facts",
    "NoQuestion",
    "Outcome",
    "Reply",
    "capture",
    "capture_many",
    "locked",
    "masked",
    "refuse_unfit",
    "remove",
    "rewrite",
]

logger = logging.getLogger(__name__)


def capture(
    *,
    domain: Domain,
    question: str,
    answer: str,
    origin: str,
    person: Person | None = None,
    user: User | None = None,
    basis: str = "",
    session: ChatSession | None = None,
    outside_id: str | None = None,
    created_at: datetime | None = None,
    said: Said | None = None,
    **facts: Unpack[Facts],
) -> Conversation:
    """Keep one exchange, anonymised on both sides: :func:`capture_many` of one.

    ``said`` is what has masked its texts before, if somebody has: it need not read them again.

    Raises :class:`Invalid` for a text that is empty or too long, and :class:`ConsentMissing` when
    the person's latest word on training is not a yes; then nothing is kept.
    """
    item = Exchange(
        question=question,
        answer=answer,
        origin=origin,
        person=person,
        user=user,
        basis=basis,
        session=session,
        outside_id=outside_id,
        created_at=created_at,
        facts=facts,
    )
    (outcome,) = capture_many(domain, [item], said)
    return outcome.kept


def capture_many(
    domain: Domain, items: Sequence[Exchange | Reply], said: Said | None = None
) -> list[Outcome]:
    """Keep a batch, in the order it was said and in one transaction; an outcome for each item.

    A person's exchange (``origin`` person) waits as *captured* and is queued for processing; one
    of staff or of a source is approved at once (requirements, head). ``outside_id`` makes a second
    delivery find the first. In a thread, an exchange remembers the turns before it, and what the
    customer says next rates it. Question vectors are filled by the next minute's task.

    An item that is refused (an unfit text, no consent, an answer to nothing) stops no other.
    """
    try:
        outcomes = _kept(domain, items, said)
    except DatabaseError as error:
        logger.error("[Training] %s: capture failed: %s", domain.slug, type(error).__name__)
        raise
    new = [it.conversation.pk for it in outcomes if it.conversation and not it.duplicate]
    refused = sum(1 for it in outcomes if it.refusal)
    logger.info("[Training] %s: %d captured, %d refused", domain.slug, len(new), refused)
    return outcomes


def _kept(domain: Domain, items: Sequence[Exchange | Reply], said: Said | None) -> list[Outcome]:
    try:
        return again_after_deadlock(lambda: batch.keep(domain, items, said))
    except IntegrityError:
        # Delivered twice at the same moment, or a consent went meanwhile: look again, apart.
        return [outcome for item in items for outcome in batch.keep(domain, [item], said)]


def rewrite(
    conversation: Conversation,
    *,
    question: str,
    answer: str,
    by: User,
    keeps_stars: bool = False,
    **facts: Unpack[Facts],
) -> Conversation:
    """Replace an exchange's texts (and the ``facts`` given), also where its thread repeats them.

    What had been read in them is found again in the new ones (another label, as sure as before).
    What was rated is what is trained: when a text really changes, the stars go back to none and
    the old ones stay in the history (requirements, X12); ``keeps_stars`` is for a change that
    says nothing new. Raises like :func:`capture`.
    """
    unanswered = not (answer or conversation.answer)
    refuse_unfit(question=question, **({} if unanswered else {"answer": answer}))
    with transaction.atomic():
        row = locked(conversation)
        _refuse_without_consent(row)
        said = Said(row.domain, keep=row.unmasked)
        fields = said.facts(facts) | said.reworded(question, answer, masks=row.masks)
        texts = [(row.question, fields["question"]), (row.answer, fields["answer"])]
        changed = {old: new for old, new in texts if old != new}
        if row.question in changed:
            fields |= {"embedding": None, "embedding_model": ""}
            fields.setdefault("category", categories.detect(fields["question"], row.domain))
        if changed and row.stars is not None and not keeps_stars:
            row.ratings.create(reason=Rating.Reason.EDITED, by=by.get_username())
            fields |= {"stars": None, "feedback": None}
        for name, value in fields.items():
            setattr(row, name, value)
        row.save(update_fields=[*fields, "updated_at"])
        threads.retell(row, was=changed)
        if changed:
            labelling.carry_over(row)
        audit.record("conversation_edited", row, by=by.get_username(), changed=bool(changed))
    return row


def locked(conversation: Conversation) -> Conversation:
    """The row, locked and read again, and its thread, whose other exchanges may repeat its texts.

    Raises :class:`NotFound` when someone deleted it meanwhile.
    """
    threads.hold(conversation)
    row = Conversation.objects.select_for_update(no_key=True).filter(pk=conversation.pk).first()
    if row is None:
        raise NotFound("La conversación ya no existe.", id=conversation.pk)
    return row


@transaction.atomic
def remove(conversation: Conversation, *, by: User) -> None:
    """Delete an exchange and its ratings; what was trained with it keeps its own copy.

    Raises :class:`NotFound` when someone else deleted it first.
    """
    row = locked(conversation)
    audit.record("conversation_deleted", row, by=by.get_username())
    row.delete()


def masked(text: str, domain: Domain) -> str:
    """``text`` without personal data: a comment, a context, whatever else is kept."""
    return Said(domain).masked(text)


def refuse_unfit(**texts: str) -> None:
    """Raise :class:`Invalid`, naming each of ``texts`` that holds nothing to read, or too much."""
    if refusal := unfit(**texts):
        raise refusal


def _refuse_without_consent(row: Conversation) -> None:
    if row.origin == Origin.PERSON and not batch.with_consent([row.person_id or 0]):
        raise ConsentMissing
