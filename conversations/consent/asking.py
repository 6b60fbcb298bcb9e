"""Asking a person once, and hearing what they say to it."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models.functions import Now

from conversations.consent.recording import lock, record
from conversations.consent.texts import text_of
from conversations.consent.words import answer_to, command_in
from conversations.models import ConsentEvent, ConsentRequest, ConsentText, Person, Purpose


@transaction.atomic
def ask(
    person: Person, *, channel: str, language: str = "es", again: bool = False
) -> ConsentRequest | None:
    """Note that the person is asked for training now; what they say next in ``channel`` answers.

    ``None`` when there is nothing to ask: no text in that language, or, unless ``again``, they
    said yes or no before, or were asked with the same words before.
    """
    text = text_of(person.domain, language)
    if text is None or (not again and _need_not_ask(person, text)):
        return None
    lock(person)
    if not again and _need_not_ask(person, text):  # two messages at the same moment
        return None
    person.consent_requests.filter(closed_at=None).update(closed_at=Now())
    return person.consent_requests.create(text=text, channel=channel)


def asked(people: Iterable[int], *, channel: str) -> set[int]:
    """Those of ``people`` (their keys) whose next message in ``channel`` may answer a question."""
    waiting = ConsentRequest.objects.filter(person__in=people, closed_at=None, channel=channel)
    return set(waiting.values_list("person", flat=True))


def hear(person: Person, message: str, *, channel: str, delivery: str = "") -> ConsentEvent | None:
    """What ``message`` says about the person's consent to training, written down.

    That is a command (``consentimiento no``), or an answer to the question they were asked in
    this channel. Anything else says nothing, and the question is over: a later "sí" is no answer.
    ``delivery`` is a print of the message's id: what a channel delivers again is not said again,
    or an old yes would undo the no that came after it.
    """
    if delivery and (heard := person.consents.filter(evidence__endswith=delivery).first()):
        return heard
    waiting = person.consent_requests.filter(closed_at=None, channel=channel)
    said = command_in(message)
    if said is None and not waiting.exists():
        return None
    with transaction.atomic():
        lock(person)
        pending = waiting.select_related("text").first()
        if said is None and pending:
            said = answer_to(message)
        if said is None:
            waiting.update(closed_at=Now())
            return None
        return _heard(person, pending, granted=said, channel=channel, delivery=delivery)


def _need_not_ask(person: Person, text: ConsentText) -> bool:
    asked = person.consent_requests.filter(text=text)
    return person.word_on(Purpose.TRAINING) is not None or asked.exists()


def _heard(
    person: Person,
    pending: ConsentRequest | None,
    *,
    granted: bool,
    channel: str,
    delivery: str,
) -> ConsentEvent:
    """A command without a question refers to the words that the person was last asked with."""
    question = pending or person.consent_requests.select_related("text").order_by("-pk").first()
    proof = f"pregunta {pending.pk}" if pending else "orden"
    return record(
        person,
        purpose=Purpose.TRAINING,
        granted=granted,
        channel=channel,
        text=question.text if question else None,
        evidence=f"{proof}, mensaje {delivery}" if delivery else proof,
    )
