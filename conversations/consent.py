"""People, and what they agreed to. The only writer of consent."""

import hashlib
import hmac
import re
from urllib.parse import unquote

from django.conf import settings
from django.db import transaction

from conversations.models import ConsentEvent, Person, Purpose
from core import audit
from core.errors import Invalid
from core.models import Domain

_NUMBER = re.compile(r"(?:[a-z]+:)?\s*\+?(?:00)?([\d\s().-]{7,25})")
_SHORTEST_NUMBER = 7  # fewer digits are signs between which nobody could be told apart


def canonical(outside_id: str) -> str:
    """One spelling for one person, whichever way a channel writes their number.

    >>> {canonical(it) for it in ("whatsapp:+593999999999", "whatsapp:%2B593999999999",
    ...                           "whatsapp: 593999999999", "593 999 999 999")}
    {'593999999999'}
    """
    spelled = unquote(outside_id).strip().casefold()
    number = _NUMBER.fullmatch(spelled)
    digits = re.sub(r"\D", "", number[1]) if number else ""
    return digits if len(digits) >= _SHORTEST_NUMBER else spelled


def keyed(text: str) -> str:
    """64 hexadecimal digits that stand for ``text`` and say nothing of it without our key."""
    return hmac.new(settings.PSEUDONYM_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def pseudonym(outside_id: str, *, domain: Domain) -> str:
    """A keyed hash of the person: the same in a domain, unrelated between domains."""
    return keyed(f"{domain.slug}\0{canonical(outside_id)}")


def person_known_as(outside_id: str, *, domain: Domain) -> Person:
    """The person whom a channel calls ``outside_id``; written down on first sight.

    Raises :class:`Invalid` for an id that says nothing.
    """
    if not canonical(outside_id):
        raise Invalid("Falta el identificador de la persona.", persona=["Escriba algo."])
    found, _ = Person.objects.get_or_create(
        domain=domain, pseudonym=pseudonym(outside_id, domain=domain)
    )
    return found


@transaction.atomic
def record(
    person: Person, *, purpose: str, granted: bool, channel: str, text: str = "", evidence: str = ""
) -> ConsentEvent:
    """Write down a yes or a no to ``text``; from now on it is their word on ``purpose``."""
    event = ConsentEvent.objects.create(
        person=person,
        purpose=purpose,
        granted=granted,
        text_hash=hashlib.sha256(text.encode()).hexdigest() if text else "",
        channel=channel,
        evidence=evidence,
    )
    action = "consent_granted" if granted else "consent_withdrawn"
    audit.record(action, person, by=channel, purpose=purpose)
    return event


def grant(person: Person, *, channel: str, text: str = "", evidence: str = "") -> ConsentEvent:
    """They agree that what they write is used, anonymised, for training."""
    return record(
        person,
        purpose=Purpose.TRAINING,
        granted=True,
        channel=channel,
        text=text,
        evidence=evidence,
    )


def withdraw(person: Person, *, channel: str) -> ConsentEvent:
    """They no longer agree: nothing of theirs is used from now on."""
    return record(person, purpose=Purpose.TRAINING, granted=False, channel=channel)
