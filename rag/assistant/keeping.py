"""What remains of an answer: the exchange, where that is agreed to, and the turn."""

import logging

from django.db import DatabaseError

from conversations import consent
from conversations.capture import ConsentMissing, capture
from conversations.models import ChatSession, Conversation, Origin, Person
from core.errors import Refusal
from rag.assistant.values import Answer, Came, Question

logger = logging.getLogger(__name__)

NAMES: dict[Came, str] = {
    "approved": "respuesta aprobada",
    "correction": "respuesta corregida",
    "quote": "proforma",
    "passage": "pasaje de un documento",
    "unknown": "sin respuesta",
}
"""What stands as the model of an exchange that no model answered."""

_LONGEST_LIST = 500  # characters of the column


def keep(asked: Question, answer: Answer) -> Conversation | None:
    """Store the exchange; ``None`` without consent. Who asked gets the answer in any case.

    A customer's question to which nothing was known is kept unanswered: nobody learns from that,
    and staff see what is missing.
    """
    unanswered = bool(asked.person) and answer.source == "unknown"
    try:
        return capture(
            domain=asked.domain,
            question=asked.text,
            answer="" if unanswered else answer.text,
            origin=Origin.PERSON if asked.person else Origin.STAFF,
            person=asked.person,
            user=asked.by,
            session=_thread(asked) if asked.person else None,
            said=asked.said,
            model=answer.model or NAMES.get(answer.source),
            tokens=answer.tokens,
            milliseconds=answer.milliseconds,
            context=_context(answer),
            documents=_documents(answer),
        )
    except ConsentMissing:
        return None
    except (Refusal, DatabaseError) as error:
        logger.error("An exchange could not be kept: %s", type(error).__name__)
        return None


def _thread(asked: Question) -> ChatSession:
    """All that a person says in a channel is one thread, unless the channel tells several apart:
    what they say next rates an answer."""
    assert asked.person  # noqa: S101  (staff have no threads)
    key = consent.keyed(_key(asked.person, asked.thread))
    return ChatSession(
        domain=asked.domain, person=asked.person, channel=asked.channel, outside_key=key
    )


def _key(person: Person, thread: str) -> str:
    return f"{person.pseudonym}\0{thread}" if thread else person.pseudonym


def _context(answer: Answer) -> str | None:
    examples = ",".join(str(it.conversation_id) for it in answer.examples)
    passages = ",".join(str(it.chunk_id) for it in answer.sources)
    told = {"ejemplos": examples, "trozos": passages}
    return "; ".join(f"{name}: {ids}" for name, ids in told.items() if ids) or None


def _documents(answer: Answer) -> str | None:
    ids = ",".join(str(it) for it in dict.fromkeys(it.document_id for it in answer.sources))
    return ids[:_LONGEST_LIST].rpartition(",")[0] if len(ids) > _LONGEST_LIST else ids or None
