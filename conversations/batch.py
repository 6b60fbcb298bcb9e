"""A batch of deliveries on its way into the tables, in one transaction."""

from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from django.utils import timezone

from conversations import bell, categories, threads
from conversations.deliveries import ConsentMissing, Exchange, NoQuestion, Outcome, Reply
from conversations.models import (
    ChatMessage,
    ConsentEvent,
    Conversation,
    Origin,
    Processing,
    Purpose,
    Stage,
)
from conversations.said import Said
from conversations.threads import Thread
from core.copying import copy_in
from core.errors import Refusal
from core.models import Domain

Item = Exchange | Reply

# What is stored locks its person (a trigger asks their consent); several, always in one order.
_HOLD = "SELECT FROM conversations_person WHERE id = ANY(%s) ORDER BY id FOR SHARE"


@transaction.atomic
def keep(domain: Domain, items: Sequence[Item], said: Said | None = None) -> list[Outcome]:
    """Store what may be stored of ``items``; an outcome for each, in their order.

    Raises IntegrityError when another delivers the same at this moment, or a consent goes.
    """
    consenting = with_consent(item.person.pk for item in items if item.person)
    refusals = [_refusal(item, consenting) for item in items]
    fit = [it for it, refusal in zip(items, refusals, strict=True) if not refusal]
    batch = Batch(domain, fit, said or Said(domain))
    outcomes = [
        Outcome(refusal=refusal) if refusal else batch.add(item)
        for item, refusal in zip(items, refusals, strict=True)
    ]
    batch.store()
    return outcomes


def with_consent(people: Iterable[int]) -> set[int]:
    """Those of ``people`` whose latest word on training is a yes."""
    wanted = set(people)
    if not wanted:
        return set()
    words = ConsentEvent.objects.filter(person__in=wanted, purpose=Purpose.TRAINING)
    latest = words.order_by("person_id", "-at", "-pk").distinct("person_id")
    return {person for person, yes in latest.values_list("person_id", "granted") if yes}


class Batch:
    """What a batch adds: exchanges, turns of threads, and work for the pipeline."""

    def __init__(self, domain: Domain, items: Sequence[Item], said: Said) -> None:
        self.domain = domain
        self.said = said
        self.threads = threads.opened(domain, [it.session for it in items if it.session])
        _hold({it.person.pk for it in items if it.person})
        self.known = self._delivered(items)
        self.rows: list[Conversation] = []

    def add(self, item: Item) -> Outcome:
        """Draft the rows of one item, or find those of its first delivery."""
        if item.outside_id and (known := self.known.get(item.outside_id)):
            self._complete(known, item)
            return Outcome(known, duplicate=True)
        row = self._exchange(item) if isinstance(item, Exchange) else self._reply(item)
        if row is None:
            return Outcome(refusal=NoQuestion())
        if item.outside_id:
            self.known[item.outside_id] = row
        return Outcome(row)

    def store(self) -> None:
        insert = copy_in if len(self.rows) > 1 else Conversation.objects.bulk_create
        insert(self.rows)
        threads.store(self.threads.values())
        self._queue()

    def _queue(self) -> None:
        """What a person said is processed, and processed again when its answer comes late."""
        theirs = [row.pk for row in self.rows if row.origin == Origin.PERSON]
        Processing.objects.bulk_create(Processing(conversation_id=pk) for pk in theirs)
        answered = [row for thread in self.threads.values() for row in thread.answered]
        if again := [row.pk for row in answered if row.stage == Stage.CAPTURED]:
            Processing.objects.filter(pk__in=again).again()
        if waiting := theirs + again:
            bell.ring(for_=waiting)

    def _exchange(self, item: Exchange) -> Conversation:
        theirs, thread = item.origin == Origin.PERSON, self._thread(item)
        fields = self.said.facts(item.facts) | self.said.texts(item.question, item.answer)
        row = Conversation(
            **fields,
            domain=self.domain,
            origin=item.origin,
            person=item.person if theirs else None,
            user=item.user,
            basis=item.basis,
            session=thread.session if thread else None,
            outside_id=item.outside_id,
            created_at=item.created_at or timezone.now(),
            stage=Stage.CAPTURED if theirs else Stage.APPROVED,
        )
        row.category = row.category or categories.detect(row.question, self.domain)
        if thread:
            thread.ask(row)
        self.rows.append(row)
        return row

    def _reply(self, item: Item) -> Conversation | None:
        thread = self._thread(item)
        if thread is None:
            return None
        text, found = self.said.counted(item.answer)
        at = item.created_at or timezone.now()
        outside_id = item.outside_id if isinstance(item, Reply) else None
        return thread.reply(text, found, outside_id=outside_id, at=at)

    def _complete(self, known: Conversation, item: Item) -> None:
        """A question delivered again, now with its answer, gets it if it still waits for one."""
        thread = self._thread(item)
        waits = thread and thread.newest == known and not known.answer
        if isinstance(item, Exchange) and item.answer and waits:
            self._reply(item)

    def _thread(self, item: Item) -> Thread | None:
        return self.threads[threads.key_of(item.session)] if item.session else None

    def _delivered(self, items: Sequence[Item]) -> dict[str, Conversation]:
        """The exchanges that first deliveries of ``items`` made, by their outside ids."""
        ids = [it.outside_id for it in items if it.outside_id]
        if not ids:
            return {}
        rows = Conversation.objects.filter(domain=self.domain, outside_id__in=ids)
        found = {str(row.outside_id): row for row in rows.only("outside_id", "answer")}
        if any(isinstance(it, Reply) for it in items):
            sessions = [thread.session for thread in self.threads.values()]
            turns = ChatMessage.objects.filter(session__in=sessions, outside_id__in=ids)
            for turn in turns.select_related("conversation"):
                found.setdefault(str(turn.outside_id), turn.conversation)
        return found


def _hold(people: set[int]) -> None:
    if len(people) > 1:
        with connection.cursor() as cursor:
            cursor.execute(_HOLD, [list(people)])


def _refusal(item: Item, consenting: set[int]) -> Refusal | None:
    if unfit := item.unfit:
        return unfit
    agreed = item.person is not None and item.person.pk in consenting
    return None if agreed or item.origin != Origin.PERSON else ConsentMissing()
