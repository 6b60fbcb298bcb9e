"""Forgetting what people said before they took their consent back.

That they said yes, and then no, stays: it is the proof of both.
"""

import logging
from collections import Counter

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.module_loading import import_string

from conversations import consent
from conversations.models import (
    ChatRating,
    ChatSession,
    Conversation,
    ConversationQuerySet,
    Erasure,
    Person,
)
from core import audit
from core.errors import Conflict
from core.work import WorkQuerySet

logger = logging.getLogger(__name__)

SECONDS = 120  # for one person; after them another worker takes over from one that died


def forget_due(people: WorkQuerySet, *, limit: int = 100) -> str:
    """Erase whoever of ``people`` is due, up to ``limit``; failures are tried again later."""
    forgotten = failed = 0
    while forgotten + failed < limit and (claimed := people.claim(limit=1, seconds=SECONDS)):
        if _forget(claimed[0]):
            forgotten += 1
        else:
            failed += 1
    return f"{forgotten} forgotten, {failed} failed"


def to_forget(person: Person) -> ConversationQuerySet:
    """The exchanges of ``person`` from before their withdrawal: what every eraser looks for."""
    through = Erasure.objects.filter(person=person).values("through")
    return Conversation.objects.filter(person=person, pk__lte=through)


@transaction.atomic
def erase(person: Person) -> dict[str, int]:
    """Delete what ``person`` said before they withdrew, and everything made of it in this room.

    Return how many of each kind went; a second call finds nothing and writes nothing.
    """
    _lock(person)
    gone = Counter[str]()
    thumbs = _thumbs_on(to_forget(person), person)
    # Labels, reviews, ratings, messages and waiting work hang on the exchange and go with it.
    for rows in (thumbs, to_forget(person), _empty_threads(person)):
        gone.update(rows.delete()[1])
    counts = {name.rpartition(".")[2].lower(): total for name, total in sorted(gone.items())}
    if counts:
        audit.record("person_erased", person, by="erasure", **counts)
    return counts


def _lock(person: Person) -> None:
    """All that goes, in the order in which a message on its way takes it: the person last."""
    for rows in (ChatSession.objects.filter(person=person), to_forget(person)):
        list(rows.select_for_update().order_by("pk").values_list("pk"))
    consent.lock(person)


def _forget(work: Erasure) -> bool:
    try:
        for dotted_path in settings.ERASERS:
            import_string(dotted_path)(work.person)
        if left := to_forget(work.person).count():
            raise Conflict("Quedan conversaciones por borrar.", conversaciones=left)
    except Exception as error:  # the worker's own loop: one person must not keep the others waiting
        logger.exception("Person %s could not be forgotten", work.pk)
        work.fail(type(error).__name__)
        return False
    return work.finish()


def _thumbs_on(exchanges: ConversationQuerySet, person: Person) -> QuerySet[ChatRating]:
    """Thumbs keep a copy of the texts, also of those whose exchange staff deleted."""
    copied = exchanges.filter(question=OuterRef("question"), answer=OuterRef("answer"))
    loose = Q(conversation=None, domain=person.domain_id) & Exists(copied)
    return ChatRating.objects.filter(Q(conversation__in=exchanges) | loose)


def _empty_threads(person: Person) -> QuerySet[ChatSession]:
    return ChatSession.objects.filter(person=person, conversations=None, messages=None)
