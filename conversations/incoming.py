"""What a channel's bot delivers: the channel's ids in, exchanges of threads out, each kept once."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from conversations import consent
from conversations.capture import ConsentMissing, Exchange, Facts, Outcome, Reply, capture_many
from conversations.models import ChatSession, ConsentEvent, Origin, Person
from core.errors import Invalid, Refusal
from core.models import Domain

CHANNEL = "webhook"

People = dict[str, Person | Invalid | None]


class AboutConsent(Refusal):
    """A message that only speaks of the person's consent: it was heard, and is not kept."""

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
    Nothing is kept of someone who did not agree, not even that they wrote. What is said about
    consent is heard, counts from there on, and is not kept.
    """
    people = _people_of(messages, domain)
    asked = _asked(people)
    outcomes: list[Outcome] = []
    waiting: list[Message] = []
    for message in messages:
        if _may_be_about_consent(message, asked):
            outcomes += _captured(domain, waiting, people)
            waiting = []
            asked.discard(message.user_id)
            if refusal := _heard(message, people[message.user_id]):
                outcomes.append(Outcome(refusal=refusal))
                continue
        waiting.append(message)
    return [*outcomes, *_captured(domain, waiting, people)]


def people_behind(outside_ids: Iterable[str], *, domain: Domain) -> People:
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


def _people_of(messages: Sequence[Message], domain: Domain) -> People:
    """Who is behind ``messages``; whoever sends a command becomes known by it."""
    for outside_id in {
        it.user_id for it in messages if consent.command_in(it.question) is not None
    }:
        with suppress(Invalid):
            consent.person_known_as(outside_id, domain=domain)
    return people_behind({it.user_id for it in messages}, domain=domain)


def _asked(people: People) -> set[str]:
    """The ids of those whose next message may answer the question of consent."""
    known = {it: person.pk for it, person in people.items() if isinstance(person, Person)}
    asked = consent.asked(known.values(), channel=CHANNEL) if known else set()
    return {outside_id for outside_id, pk in known.items() if pk in asked}


def _may_be_about_consent(message: Message, asked: set[str]) -> bool:
    said = message.question
    if said and message.user_id in asked:
        return True
    asks = consent.asks_about(said) or consent.asks_for_data(said) or consent.asks_to_erase(said)
    return asks or consent.command_in(said) is not None


def _heard(message: Message, person: Person | Invalid | None) -> Refusal | None:
    """Hear what ``message`` says about consent; why it is not kept, if it is about that."""
    if isinstance(person, Invalid):
        return person
    event = person and _said(person, message)
    if event or consent.asks_about(message.question) or consent.asks_for_data(message.question):
        return AboutConsent("El mensaje solo habla del consentimiento; se atendió.")
    return None


def _said(person: Person, message: Message) -> ConsentEvent | None:
    """What ``message`` says about the person's consent or data, done; once for each delivery."""
    delivery = _print_of(message, person)
    if event := consent.hear(person, message.question, channel=CHANNEL, delivery=delivery):
        return event
    if consent.asks_to_erase(message.question):
        return consent.forget(person, channel=CHANNEL, evidence=f"orden, mensaje {delivery}")
    return None


def _captured(domain: Domain, messages: Sequence[Message], people: People) -> list[Outcome]:
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
    key = consent.keyed(_thread_of(message, person))
    session = ChatSession(domain=domain, person=person, channel=CHANNEL, outside_key=key)
    outside_id = _print_of(message, person)
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


def _thread_of(message: Message, person: Person) -> str:
    return f"{person.pseudonym}\0{message.conversation_id}"


def _print_of(message: Message, person: Person) -> str:
    """What tells the message from every other, and says nothing."""
    role = "user" if message.question else "assistant"
    return consent.keyed(f"{_thread_of(message, person)}\0{message.message_id}\0{role}")
