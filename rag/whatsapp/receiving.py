"""What WhatsApp delivers to our address: proven, stored once, and left to the queue.

WhatsApp repeats a delivery until it hears 200, so everything is committed before, and whatever
comes again finds itself there.
"""

import hashlib
import hmac
import json
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django_q.tasks import async_task

from conversations import consent
from conversations.models import Person
from core.errors import Invalid, NotFound, Refusal
from core.models import Domain
from core.sealing import seal
from core.work import WorkState
from rag.models import DeliveryStatus, Inbound, Outbound
from rag.whatsapp import CHANNEL, reading
from rag.whatsapp.reading import Message, Status

logger = logging.getLogger(__name__)

LONGEST_CHALLENGE = 200
_RANKS = (DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ)


class NotProven(Refusal):
    """Whoever asks cannot show that they are WhatsApp."""

    code = "bad_signature"
    status_code = HTTPStatus.FORBIDDEN


class NoDomain(Refusal):
    """A number is for a domain that does not exist: WhatsApp asks again later."""

    code = "no_domain"
    status_code = HTTPStatus.SERVICE_UNAVAILABLE


def challenge(asked: Mapping[str, str]) -> str:
    """What proves to WhatsApp that this address is ours.

    Raises :class:`NotFound` where WhatsApp is not set up, and :class:`Refusal` for another word
    than the one agreed on.
    """
    _refuse_unset()
    said = asked.get("hub.verify_token", "").encode(errors="replace")
    right = hmac.compare_digest(said, settings.WHATSAPP_VERIFY_TOKEN.encode())
    found = asked.get("hub.challenge", "")
    if asked.get("hub.mode") != "subscribe" or not right or not 0 < len(found) <= LONGEST_CHALLENGE:
        raise NotProven("La palabra de verificación no es la acordada.")
    return found


def receive(body: bytes, signature: str) -> int:
    """Take a delivery in; how many messages of it are new.

    Raises :class:`NotFound` where WhatsApp is not set up, and :class:`Refusal` for a body that the
    app did not sign, or that is no JSON; nothing is stored then.
    """
    _refuse_unset()
    made = hmac.new(settings.WHATSAPP_APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(signature.encode(errors="replace"), f"sha256={made}".encode()):
        raise NotProven("La firma de la entrega no es válida.")
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal("La entrega no es JSON.", code="not_json") from None
    stored = _store(_ours(reading.messages(payload)))
    for status in reading.statuses(payload):
        _note(status)
    return stored


def print_of(name: str) -> str:
    """What stands for a message's id, which holds a telephone."""
    return consent.keyed(f"{CHANNEL}\0{name}")


def _refuse_unset() -> None:
    if not (settings.WHATSAPP_APP_SECRET and settings.WHATSAPP_VERIFY_TOKEN):
        raise NotFound("WhatsApp no está configurado.", whatsapp="not_found")


def _ours(messages: Iterable[Message]) -> list[tuple[Message, Person]]:
    """The messages to our numbers, with who wrote them."""
    found = []
    for it in messages:
        if it.number not in settings.WHATSAPP_NUMBERS:
            logger.warning("A message to a number that WHATSAPP_NUMBERS does not name")
            continue
        domain = _domain(settings.WHATSAPP_NUMBERS[it.number])
        try:
            found.append((it, consent.person_known_as(f"{CHANNEL}:{it.sender}", domain=domain)))
        except Invalid:
            logger.warning("A message whose sender has no usable id")
    return found


def _domain(slug: str) -> Domain:
    found = Domain.objects.filter(slug=slug).first()
    if found is None:
        raise NoDomain("El dominio de ese número no existe.", dominio=slug)
    return found


@transaction.atomic
def _store(messages: list[tuple[Message, Person]]) -> int:
    """Keep what is new. Under their lock, the keys of a person's messages tell their order."""
    people = {person.pk for _, person in messages}
    rows = Person.objects.select_for_update(no_key=True).filter(pk__in=people)
    list(rows.order_by("pk").values_list("pk"))  # everybody in one order: no two wait in a circle
    new = sum(_keep(message, person) for message, person in messages)
    if new:
        async_task("rag.tasks.answer_messages")
    return new


def _keep(message: Message, person: Person) -> bool:
    dated = replace(message, at=message.at or int(time.time()))
    facts: dict[str, Any] = {"person": person, "domain": person.domain}
    _, new = Inbound.objects.get_or_create(
        channel=CHANNEL,
        outside_id=print_of(message.id),
        defaults=facts | {"sealed": seal(asdict(dated))},
    )
    return new


def _note(status: Status) -> None:
    """Write down what became of a reply; also of one of which it was not known that it went."""
    named = Q(key=status.key) | Q(provider_id=print_of(status.id))
    reply = Outbound.objects.filter(named, channel=CHANNEL)
    if status.word == DeliveryStatus.FAILED:
        still = reply.filter(status__in=["", DeliveryStatus.SENT])
        why = f"graph {status.code}" if status.code else "graph"
        still.update(
            state=WorkState.DEAD, lease_until=None, error=why, status=DeliveryStatus.FAILED
        )
    elif status.word in _RANKS:
        reply.filter(state=WorkState.WAITING).update(
            state=WorkState.DONE, lease_until=None, error="", sealed=""
        )
        lower = _RANKS[: _RANKS.index(DeliveryStatus(status.word))]
        reply.filter(status__in=["", *lower]).update(
            status=status.word, provider_id=print_of(status.id)
        )
