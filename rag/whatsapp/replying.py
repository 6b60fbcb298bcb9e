"""A reply, as the messages that it takes: written beside the message that it answers."""

from dataclasses import dataclass
from typing import Any, Literal

from django.db import transaction
from django_q.tasks import async_task

from conversations import consent
from core.sealing import seal
from rag.assistant import Answer
from rag.models import Inbound, Outbound, Quote, Turn
from rag.proforma import saying
from rag.whatsapp import CHANNEL, writing
from rag.whatsapp.reading import Message

WINDOW = 24 * 60 * 60  # seconds in which WhatsApp lets a business answer freely


@dataclass(frozen=True)
class Part:
    """One message of a reply; a reaction to one that is ``rated`` is a thumb on the answer."""

    kind: Literal["text", "buttons", "quote"]
    text: str = ""
    quote: int | None = None
    rated: bool = False


def plain(words: str) -> list[Part]:
    """Something said by the product."""
    return [Part("text", it) for it in writing.pieces(words)]


def question(words: str) -> list[Part]:
    """The question of consent, word for word, with its two buttons under the end of it."""
    *before, last = writing.pieces(words, writing.MOST_BESIDE_BUTTONS)
    return [*(Part("text", it) for it in before), Part("buttons", last)]


def of_quote(quote: Quote) -> list[Part]:
    """A quote and its paper, where nothing else is to be said."""
    return [*plain(saying.quoted(quote)), Part("quote", quote=quote.pk, rated=True)]


def of_answer(answer: Answer) -> list[Part]:
    """All that is said with an answer: the greeting and its words, its quote, and the question of
    consent."""
    said = "\n\n".join(it for it in (answer.welcome, writing.marked(answer.text)) if it)
    parts = [Part("text", it, rated=True) for it in writing.pieces(said)]
    if answer.quote:
        parts.append(Part("quote", quote=answer.quote.pk, rated=True))
    return parts + (question(answer.consent) if answer.consent else [])


@transaction.atomic
def reply(work: Inbound, message: Message, parts: list[Part], *, turn: Turn | None = None) -> bool:
    """Write ``parts`` down to be sent, and be done with ``message``: both, or neither.

    ``False`` where the message is no longer ours to answer.
    """
    if not work.finish():
        return False
    Outbound.objects.bulk_create(
        Outbound(
            domain=work.domain,
            person=work.person,
            channel=CHANNEL,
            key=consent.keyed(f"{work.outside_id}\0{place}"),
            sealed=seal(_sealed(message, part)),
            turn=turn if part.rated else None,
        )
        for place, part in enumerate(parts)
    )
    async_task("rag.tasks.deliver_replies")
    return True


def _sealed(message: Message, part: Part) -> dict[str, Any]:
    return {
        "number": message.number,
        "sender": message.sender,
        "until": message.at + WINDOW,
        "kind": part.kind,
        "text": part.text,
        "quote": part.quote,
    }
