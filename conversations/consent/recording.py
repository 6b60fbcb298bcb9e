"""A yes or a no, written down; and what a no sets going."""

import hashlib

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now
from django_q.tasks import async_task

from conversations.models import ConsentEvent, ConsentText, Erasure, Person, Purpose
from core import audit
from core.work import WorkState


@transaction.atomic
def record(
    person: Person,
    *,
    purpose: str,
    granted: bool,
    channel: str,
    text: ConsentText | None = None,
    language: str = "",
    evidence: str = "",
) -> ConsentEvent:
    """Write down a yes or a no to ``text``; from now on it is their word on ``purpose``.

    ``evidence`` names what proves it, never what they wrote. A no to training that takes back a
    yes queues the erasure of what they had said.
    """
    lock(person)
    before = person.word_on(purpose)
    event = ConsentEvent.objects.create(
        person=person,
        purpose=purpose,
        granted=granted,
        text_number=text.number if text else None,
        text_hash=hashlib.sha256(text.text.encode()).hexdigest() if text else "",
        language=language or (text.language if text else ""),
        channel=channel,
        evidence=evidence,
    )
    action = "consent_granted" if granted else "consent_withdrawn"
    audit.record(action, person, by=channel, purpose=purpose)
    if purpose == Purpose.TRAINING:
        person.consent_requests.filter(closed_at=None).update(closed_at=Now(), event=event)
        if before and before.granted and not granted:
            _queue_erasure(person)
    return event


def grant(
    person: Person,
    *,
    channel: str,
    text: ConsentText | None = None,
    language: str = "",
    evidence: str = "",
) -> ConsentEvent:
    """They agree that what they write is used, anonymised, for training."""
    return record(
        person,
        purpose=Purpose.TRAINING,
        granted=True,
        channel=channel,
        text=text,
        language=language,
        evidence=evidence,
    )


def withdraw(person: Person, *, channel: str, evidence: str = "") -> ConsentEvent:
    """They no longer agree: nothing of theirs is used from now on, and soon nothing is left."""
    return record(
        person, purpose=Purpose.TRAINING, granted=False, channel=channel, evidence=evidence
    )


@transaction.atomic
def forget(person: Person, *, channel: str, evidence: str = "") -> ConsentEvent:
    """They want nothing of theirs kept: a no to training, and what is there is erased, whether or
    not they had agreed. What they said to the question of consent stays as proof.
    """
    lock(person)
    had_agreed = person.consents_to(Purpose.TRAINING)
    event = withdraw(person, channel=channel, evidence=evidence)
    if not had_agreed:
        _queue_erasure(person)
    return event


def lock(person: Person) -> None:
    """Until the transaction ends, nobody stores their words or writes down another answer."""
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)


def _queue_erasure(person: Person) -> None:
    """To be forgotten: what they said until now. The lock lets nothing more of it in."""
    through = person.conversations.aggregate(it=Max("pk"))["it"] or 0
    afresh = {"state": WorkState.WAITING, "attempts": 0, "lease_until": None, "error": ""}
    Erasure.objects.update_or_create(
        person=person, defaults={**afresh, "through": through, "next_at": Now()}
    )
    async_task("conversations.tasks.erase_person", person.pk)
