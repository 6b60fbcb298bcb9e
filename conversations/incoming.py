"""What a channel's bot delivers: the channel's ids in, exchanges of threads out, each kept once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from conversations import consent
from conversations.capture import ConsentMissing, Exchange, Facts, Outcome, Reply, capture_many
from conversations.models import ChatSession, Origin, Person
from core.errors import Invalid, Refusal
from core.models import Domain

CHANNEL = "webhook"


class AboutConsent(Refusal):
    """A message that only says yes or no to training: it was heard, and is not kept."""

    code = "about_consent"
    status_code = 409


@dataclass(frozen=True, kw_only=True)
class Message:
    """One delivery. Without a ``question`` it is an answer to the last one of its thread."""

    user_id: str
    conversation_id: str
    message_id: str
    question: str = ""
    answer: str = ""
    sent_at: datetime | None = None
    facts: Facts = field(default_factory=lambda: Facts())


def deliver(domain: Domain, messages: Sequence[Message]) -> list[Outcome]:
    """Keep ``messages`` in their order; an outcome for each, as of :func:`capture_many`.

    The same ``message_id`` in the same conversation of the same person is the same exchange.
    Nothing is kept of someone who did not agree, not even that they wrote. A message that settles
    the person's consent by a command is heard before those after it are looked at.
    """
    outcomes: list[Outcome] = []
    waiting: list[Message] = []
    for message in messages:
        if consent.command_in(message.question) is None:
            waiting.append(message)
            continue
        outcomes += [*_captured(domain, waiting), Outcome(refusal=_heard(domain, message))]
        waiting = []
    return [*outcomes, *_captured(domain, waiting)]


def people_behind(
    outside_ids: Iterable[str], *, domain: Domain
) -> dict[str, Person | Invalid | None]:
    """Who is behind each outside id: a known person, nobody yet, or why one cannot tell."""
    known_as: dict[str, str | Invalid] = {}
    for outside_id in outside_ids:
        try:
            known_as[outside_id] = consent.pseudonym(outside_id, domain=domain)
        except Invalid as unusable:
            known_as[outside_id] = unusable
    pseudonyms = [it for it in known_as.values() if isinstance(it, str)]
    rows = Person.objects.filter(domain=domain, pseudonym__in=pseudonyms)
    found = {row.pseudonym: row for row in rows}
    return {
        outside_id: found.get(name) if isinstance(name, str) else name
        for outside_id, name in known_as.items()
    }


def _heard(domain: Domain, message: Message) -> Refusal:
    try:
        person = consent.person_known_as(message.user_id, domain=domain)
    except Invalid as stranger:
        return stranger
    consent.hear(person, message.question, channel=CHANNEL)
    return AboutConsent("El mensaje solo habla del consentimiento; se atendió.")


def _captured(domain: Domain, messages: Sequence[Message]) -> list[Outcome]:
    people = people_behind({message.user_id for message in messages}, domain=domain)
    outcomes = [_refused(people[message.user_id]) for message in messages]
    items = [
        _item(message, person, domain)
        for message in messages
        if isinstance(person := people[message.user_id], Person)
    ]
    kept = iter(capture_many(domain, items) if items else [])
    return [outcome or next(kept) for outcome in outcomes]


def _refused(person: Person | Invalid | None) -> Outcome | None:
    if isinstance(person, Person):
        return None
    return Outcome(refusal=person or ConsentMissing())


def _item(message: Message, person: Person, domain: Domain) -> Exchange | Reply:
    thread = f"{person.pseudonym}\0{message.conversation_id}"
    role = "user" if message.question else "assistant"
    session = ChatSession(
        domain=domain, person=person, channel=CHANNEL, outside_key=consent.keyed(thread)
    )
    outside_id = consent.keyed(f"{thread}\0{message.message_id}\0{role}")
    if not message.question:
        return Reply(
            answer=message.answer,
            session=session,
            person=person,
            outside_id=outside_id,
            created_at=message.sent_at,
        )
    return Exchange(
        question=message.question,
        answer=message.answer,
        origin=Origin.PERSON,
        person=person,
        session=session,
        outside_id=outside_id,
        created_at=message.sent_at,
        facts=message.facts,
    )
