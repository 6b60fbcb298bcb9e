"""A domain's conversations, best first, each kept or left out with its reason."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TypedDict

from django.db.models import F

from conversations.models import Conversation, ConversationQuerySet
from core.errors import NotFound
from core.models import Domain
from finetune.curation.caps import NARROWEST, Caps
from finetune.curation.judging import Exam, Judge
from finetune.curation.policies import entrants

MINIMUM = 10  # training examples; OpenAI refuses fewer (invalid_n_examples)
AT_ONCE = 500  # rows read at once

COLUMNS = (
    *("domain", "origin", "person", "session", "question", "answer", "question_hash", "bands"),
    *("stars", "feedback", "score", "confidence", "category", "token_count", "anonymiser"),
    *("created_at", "reviewed_at", "reviewed_by"),
)
"""What is read of a row: not the vectors, the contexts and the turns before it."""


class Exclusion(TypedDict):
    """Why a conversation stays out; the keys are those of the API."""

    id: int
    razon: str
    feedback: str | None


@dataclass
class Selection:
    """What curation made of a domain's conversations.

    Each of ``kept`` has a ``cluster``: the id of the kept one that it is nearly the same as.
    """

    considered: int = 0
    kept: list[Conversation] = field(default_factory=list)
    excluded: list[Exclusion] = field(default_factory=list)


def candidates(
    domain: Domain,
    *,
    ids: Collection[int] | None = None,
    skip_negative: bool = True,
    min_confidence: float | None = None,
) -> Selection:
    """The conversations that qualify now, oldest first, and why the other good ones do not.

    Considered are those that the domain's policy lets in; ``ids`` limits them to those named, and
    ``min_confidence`` asks for more than the domain does of what nobody reviewed. Raises
    :class:`NotFound` for an id that the domain does not have.
    """
    if ids is not None:
        _refuse_unknown(domain, ids)
    rows = _considered(domain, ids, min_confidence)
    return select(domain, [rows], skip_negative=skip_negative)


def missing(
    domain: Domain,
    *,
    ids: Collection[int] | None = None,
    skip_negative: bool = True,
    min_confidence: float | None = None,
) -> int:
    """How many training examples are still missing; 0 means that data can be prepared.

    The one place that counts (requirements, D13). A later row never displaces an earlier one, and
    the caps leave this many, so it stops reading at the minimum; :func:`split` leaves that many in
    training.
    """
    rows = _considered(domain, ids, min_confidence)
    judge = Judge(domain, exam=Exam(domain), caps=NARROWEST, skip_negative=skip_negative)
    kept = islice((row for row in rows.iterator(AT_ONCE) if not judge.reason(row)), MINIMUM)
    return MINIMUM - sum(1 for _ in kept)


def select(
    domain: Domain, parts: Sequence[ConversationQuerySet], *, skip_negative: bool = True
) -> Selection:
    """Judge the rows of ``parts``, one part after the other, each in its order.

    Caps are shares of what they leave: where the widest leave too much of somebody, all is judged
    again under narrower ones, until they hold. From 400 rows on the first look nearly always does.
    """
    exam, caps = Exam(domain), Caps()
    while True:
        judge = Judge(domain, exam=exam, caps=caps, skip_negative=skip_negative)
        selection = _judged(parts, judge)
        narrower = caps.tightened(selection.kept, domain)
        if narrower == caps:
            selection.kept.sort(key=lambda row: row.pk)
            return selection
        caps = narrower


def best_first(rows: ConversationQuerySet) -> ConversationQuerySet:
    """By a person's stars, then by what the machine thinks, then the newest."""
    worth = [F(name).desc(nulls_last=True) for name in ("stars", "score", "confidence")]
    return rows.only(*COLUMNS).order_by(*worth, "-created_at", "-pk")


def _considered(
    domain: Domain, ids: Collection[int] | None, min_confidence: float | None
) -> ConversationQuerySet:
    rows = entrants(domain, min_confidence=min_confidence)
    return best_first(rows if ids is None else rows.filter(pk__in=ids))


def _judged(parts: Sequence[ConversationQuerySet], judge: Judge) -> Selection:
    selection = Selection()
    for row in chain.from_iterable(it.iterator(AT_ONCE) for it in parts):
        selection.considered += 1
        if reason := judge.reason(row):
            selection.excluded.append(Exclusion(id=row.pk, razon=reason, feedback=row.feedback))
        else:
            selection.kept.append(row)
    return selection


def _refuse_unknown(domain: Domain, ids: Collection[int]) -> None:
    known = set(domain.conversations.filter(pk__in=ids).values_list("pk", flat=True))
    if unknown := sorted(set(ids) - known):
        raise NotFound(f"No existen estas conversaciones: {unknown}.", conversacion_ids=unknown)
