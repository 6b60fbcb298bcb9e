"""Threads of turns: what came before a question, which answer is whose, and how it was taken.

A thread is locked while its turns are added, so that two deliveries at the same moment are told
apart in one order; and so is its newest exchange, so that a reviewer's hand on it is seen. Whoever
locks several kinds of rows takes them in this order: thread, exchange, its work, person.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from conversations import scoring
from conversations.fingerprints import token_count
from conversations.models import (
    ChatMessage,
    ChatSession,
    Conversation,
    ConversationQuerySet,
    Origin,
    Rating,
    Role,
    Stage,
    Why,
)
from core.models import Domain

logger = logging.getLogger(__name__)

TURNS = 20  # of a history (requirements, 3.3)
# Characters of what follows an answer: who judges it does so at once, and the longest message would
# take the rules half a second.
HEARD = 2000
_MACHINE_REASONS = ("", Why.LOW_CONFIDENCE, Why.QA)  # of stages that no person had a say in
BOT = "bot"  # who answered late, where a decision is written down

Turn = dict[str, str]
Lists = Mapping[str, Any]
Key = tuple[str, str]
"""What a thread is known by in its domain: its channel and the hash of the channel's own key."""

_READ = (
    "session",
    "origin",
    "why",
    "question",
    "answer",
    "history",
    "masks",
    "stage",
    "stars",
    "reviewed_at",
    "scored_at",
)
_ANSWERED = (
    "answer",
    "masks",
    "token_count",
    "stage",
    "why",
    "stars",
    "feedback",
    "reviewed_at",
    "reviewed_by",
    "updated_at",
)

# By hand: in a batch nearly every message rates one, and a CASE for each row and column is slow.
_SCORE = """
UPDATE conversaciones_ai SET score = said.score, successful = said.successful,
    next_message = said.message, scored_at = statement_timestamp()
FROM unnest(%s::bigint[], %s::smallint[], %s::boolean[], %s::text[])
    AS said (id, score, successful, message)
WHERE conversaciones_ai.id = said.id
"""


class Thread:
    """A thread while a batch adds to it; :func:`store` writes down what was added."""

    def __init__(self, session: ChatSession, newest: Conversation | None, *, lists: Lists) -> None:
        self.session = session
        self.newest = newest
        self.lists = lists
        self.messages: list[ChatMessage] = []
        self.scored: list[Conversation] = []
        self.answered: list[Conversation] = []

    def ask(self, row: Conversation) -> None:
        """Add an exchange, not stored yet: it knows what came before, which it rates."""
        if before := self.newest:
            row.history = row.history or turns_through(before)
            self._rate(before, by_what_followed=row.question)
        self.newest = row
        self._say(row, Role.USER, row.question, row.outside_id, row.created_at)
        if row.answer:
            self._say(row, Role.ASSISTANT, row.answer, None, row.created_at)

    def reply(
        self, text: str, found: dict[str, int], *, outside_id: str | None, at: datetime
    ) -> Conversation | None:
        """Give the newest question its answer; ``None`` when it has one, or there is none.

        An older question that nobody answered stays so: what is said now answers what was asked
        last. ``found`` are the masks in ``text``, by kind.
        """
        row = self.newest
        if row is None or row.answer:
            return None
        row.answer = text
        row.masks = {
            kind: row.masks.get(kind, 0) + found.get(kind, 0)
            for kind in sorted({*row.masks, *found})
        }
        row.token_count = token_count([row.question, text])
        self._say(row, Role.ASSISTANT, text, outside_id, at)
        if row.pk:
            self._review_again(row)
            self.answered.append(row)
        return row

    def _say(
        self, row: Conversation, role: str, text: str, outside_id: str | None, at: datetime
    ) -> None:
        self.messages.append(
            ChatMessage(
                session=self.session,
                conversation=row,
                role=role,
                content=text,
                outside_id=outside_id,
                at=at,
            )
        )

    def _rate(self, row: Conversation, *, by_what_followed: str) -> None:
        if not row.answer or row.scored_at:
            return
        verdict = _verdict(by_what_followed, self.lists)
        if verdict is None:
            return
        row.score, row.successful = verdict
        row.next_message, row.scored_at = by_what_followed, timezone.now()
        if row.pk:
            self.scored.append(row)

    def _review_again(self, row: Conversation) -> None:
        """Whoever judged the exchange before it had this answer looks once more."""
        if row.stars is None and row.reviewed_at is None:
            if row.origin == Origin.PERSON and row.why in _MACHINE_REASONS:
                row.stage, row.why = Stage.CAPTURED, ""
            return
        if row.stars is not None:
            row.ratings.create(reason=Rating.Reason.EDITED, by=BOT)
        row.stars = row.feedback = row.reviewed_at = row.reviewed_by = None
        row.stage, row.why = Stage.NEEDS_REVIEW, Why.NEW_ANSWER


def key_of(session: ChatSession) -> Key:
    return session.channel, session.outside_key


def opened(domain: Domain, sessions: Iterable[ChatSession]) -> dict[Key, Thread]:
    """The threads of ``sessions``, some of which may not be stored yet, locked until the commit."""
    wanted = {key_of(session): session for session in sessions}
    if not wanted:
        return {}
    found = _locked(domain, wanted)
    if missing := sorted(wanted.keys() - found.keys()):
        ChatSession.objects.bulk_create(
            [_fresh(domain, wanted[key]) for key in missing], ignore_conflicts=True
        )
        found = _locked(domain, wanted)
    newest = _newest(found.values())
    return {
        key: Thread(session, newest.get(session.pk), lists=domain.texts)
        for key, session in found.items()
    }


def store(threads: Iterable[Thread]) -> None:
    """Write down what was added to ``threads``; their new exchanges are stored before."""
    threads = list(threads)
    _store_scores([row for thread in threads for row in thread.scored])
    answered = [row for thread in threads for row in thread.answered]
    for row in answered:
        row.updated_at = timezone.now()
    if answered:
        Conversation.objects.bulk_update(answered, _ANSWERED)
    ChatMessage.objects.bulk_create([message for thread in threads for message in thread.messages])


def hold(row: Conversation) -> None:
    """Lock the thread of ``row``, if it has one: until the commit nobody else adds turns."""
    its = ChatSession.objects.filter(conversations=row.pk).values_list("pk")
    list(its.select_for_update(no_key=True, of=("self",)))


def turns_through(row: Conversation) -> list[Turn]:
    """The last turns of a thread, up to and with the exchange ``row``."""
    said = [{"role": Role.USER.value, "content": row.question}]
    if row.answer:
        said.append({"role": Role.ASSISTANT.value, "content": row.answer})
    return [*row.history, *said][-TURNS:]


def retell(row: Conversation, *, was: dict[str, str]) -> None:
    """Write the texts of ``row`` wherever its thread repeats them: ``was`` maps old to new.

    A personal detail that a reviewer hides must not live on as a turn, in the histories of later
    exchanges, or as what followed the exchange before. The thread must be locked.
    """
    was = {old: new for old, new in was.items() if old}
    for message in row.messages.filter(content__in=was):
        message.content = was[message.content]
        message.save(update_fields=["content"])
    if row.session_id is None:
        return
    for other in _repeating(was).filter(session=row.session_id).exclude(pk=row.pk):
        for turn in other.history:
            turn["content"] = was.get(turn["content"], turn["content"])
        if other.next_message in was:
            other.next_message = was[other.next_message]
        other.save(update_fields=["history", "next_message", "updated_at"])


def _repeating(texts: Iterable[str]) -> ConversationQuerySet:
    """The exchanges in whose history, or after which, one of ``texts`` was said."""
    said = Q(next_message__in=texts)
    for text in texts:
        said |= Q(history__contains=[{"content": text}])
    return Conversation.objects.filter(said).only("history", "next_message")


def _store_scores(rows: list[Conversation]) -> None:
    if not rows:
        return
    columns = [(row.pk, row.score, row.successful, row.next_message) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_SCORE, [list(column) for column in zip(*columns, strict=True)])


def _locked(domain: Domain, wanted: dict[Key, ChatSession]) -> dict[Key, ChatSession]:
    """The stored sessions among ``wanted``, each locked; in one order, or two batches embrace."""
    rows = ChatSession.objects.filter(
        domain=domain,
        channel__in={channel for channel, _ in wanted},
        outside_key__in={outside_key for _, outside_key in wanted},
    )
    locked = rows.select_for_update(no_key=True).order_by("pk")
    return {key_of(session): session for session in locked if key_of(session) in wanted}


def _fresh(domain: Domain, session: ChatSession) -> ChatSession:
    """A copy to insert: the caller's own stays as it is, should the transaction fail."""
    return ChatSession(
        domain=domain,
        person=session.person,
        outside_key=session.outside_key,
        channel=session.channel,
    )


def _newest(sessions: Iterable[ChatSession]) -> dict[int, Conversation]:
    """The newest exchange of each session that has one, locked: what is decided about it waits.

    One that its person took back, and that is still to be erased, is no part of the thread any
    more: nothing of it may live on in the history of what they say under a later yes.
    """
    rows = Conversation.objects.filter(session__in=[session.pk for session in sessions])
    newest = list(rows.order_by("session", "-pk").distinct("session").values_list("pk", flat=True))
    if not newest:
        return {}
    standing = Conversation.objects.filter(pk__in=newest).consented().order_by("pk")
    locked = standing.select_for_update(no_key=True, of=("self",)).only(*_READ)
    return {row.session_id: row for row in locked if row.session_id}


def _verdict(following: str, lists: Lists) -> tuple[int, bool] | None:
    """Stars and success by the customer's next message; a rule that fails stops no capture."""
    try:
        return scoring.score(following[:HEARD], lists=lists)
    except Exception as error:  # noqa: BLE001  (a list that staff edit may hold anything)
        logger.error("[Training] an exchange was not scored: %s", type(error).__name__)
        return None
