"""Which conversations a domain's bot may learn from, and why another one may not."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypedDict

from conversations.keys import normalise, text_hash, words
from conversations.models import Conversation, ConversationQuerySet, Stage
from conversations.stats import feedback_tone
from core.errors import NotFound
from core.models import Domain
from finetune.models import EvaluationQuestion
from finetune.similar import Seen, groups

MINIMUM = 10  # training examples; OpenAI refuses fewer (invalid_n_examples)
SPLIT_FROM = 20  # fewer rows are all trained on (requirements, D13)
HELD_OUT = 0.10
NEAR = 0.85  # Jaccard over words: above it, two questions are one
MOST_ALIKE = 3  # answers to one question, so that none is learned by heart


class Exclusion(TypedDict):
    """Why a conversation stays out; the keys are those of the API."""

    id: int
    razon: str
    feedback: str | None


@dataclass
class Selection:
    """What curation made of a domain's conversations."""

    considered: int = 0
    kept: list[Conversation] = field(default_factory=list)
    excluded: list[Exclusion] = field(default_factory=list)


@dataclass(frozen=True)
class Split:
    """A selection in two parts that share no question."""

    train: list[Conversation]
    valid: list[Conversation]


def candidates(
    domain: Domain, *, ids: Collection[int] | None = None, skip_negative: bool = True
) -> Selection:
    """The conversations that qualify now, oldest first, and why the other good ones do not.

    Considered are those approved, with the domain's stars, whose person agrees to training as of
    now; ``ids`` limits them to those named. Human stars decide in every domain, whatever else its
    policy lets in. Raises :class:`NotFound` for an id that the domain does not have.
    """
    if ids is not None:
        _refuse_unknown(domain, ids)
    selection = Selection()
    for row, reason in _judged(domain, ids=ids, skip_negative=skip_negative):
        selection.considered += 1
        if reason:
            selection.excluded.append(Exclusion(id=row.pk, razon=reason, feedback=row.feedback))
        else:
            selection.kept.append(row)
    selection.kept.sort(key=lambda row: row.pk)
    return selection


def split(rows: Sequence[Conversation], *, held_out: float = HELD_OUT) -> Split:
    """Hold a share of ``rows`` (oldest first) out of training, once there are enough of them.

    A question stays on one side with all its answers and with those that are nearly it. Which
    side, the words of the oldest of them decide, so it stays there as others join. Two exceptions
    bend that: at least one question is held out (where any is asked for), and training keeps
    its minimum.
    """
    if len(rows) < SPLIT_FROM or not held_out:
        return Split(train=list(rows), valid=[])
    same = groups([words(row.question) for row in rows], threshold=NEAR)
    members: dict[int, list[int]] = defaultdict(list)
    for row, first in zip(rows, same, strict=True):
        members[first].append(row.pk)
    out: set[int] = set()
    for share, first in sorted((_share(rows[first].question), first) for first in members):
        spare = len(rows) - len(out) - MINIMUM
        if (share < held_out or not out) and len(members[first]) <= spare:
            out.update(members[first])
    return Split(
        train=[row for row in rows if row.pk not in out],
        valid=[row for row in rows if row.pk in out],
    )


def missing(
    domain: Domain, *, ids: Collection[int] | None = None, skip_negative: bool = True
) -> int:
    """How many training examples are still missing; 0 means that data can be prepared.

    The one place that counts (requirements, D13). Rows are judged best first and a later one
    never displaces an earlier one, so it stops reading at the minimum; :func:`split` leaves that
    many in training.
    """
    judged = _judged(domain, ids=ids, skip_negative=skip_negative)
    kept = islice((row for row, reason in judged if not reason), MINIMUM)
    return MINIMUM - sum(1 for _ in kept)


def why_not(conversation: Conversation) -> str:
    """Why a conversation would not enter a dataset made now; empty when it would."""
    domain = conversation.domain
    if conversation.stage != Stage.APPROVED:
        return f"No está aprobada: {conversation.get_stage_display().lower()}."
    if conversation.stars is None:
        return "No tiene estrellas."
    if conversation.stars < domain.min_stars:
        return f"Tiene {conversation.stars} estrellas; hacen falta {domain.min_stars}."
    for row, reason in _judged(domain):
        if row.pk == conversation.pk:
            return reason
    return "La persona no acepta, hoy, que sus mensajes se usen para entrenar."


def kind(reason: str) -> str:
    """A reason without the number of the other conversation, so that equals are counted as one."""
    return reason.split(" que la conversación")[0].rstrip(".")


def _refuse_unknown(domain: Domain, ids: Collection[int]) -> None:
    known = set(domain.conversations.filter(pk__in=ids).values_list("pk", flat=True))
    if unknown := sorted(set(ids) - known):
        raise NotFound(f"No existen estas conversaciones: {unknown}.", conversacion_ids=unknown)


def _judged(
    domain: Domain, *, ids: Collection[int] | None = None, skip_negative: bool = True
) -> Iterator[tuple[Conversation, str]]:
    """Each conversation considered, best first, with the reason that keeps it out (or none)."""
    judge = _Judge(domain, skip_negative=skip_negative)
    for row in _considered(domain, ids).iterator(chunk_size=500):
        yield row, judge.reason(row)


def _considered(domain: Domain, ids: Collection[int] | None) -> ConversationQuerySet:
    rows = Conversation.objects.filter(domain=domain).ready(min_stars=domain.min_stars)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    texts = rows.only("question", "answer", "stars", "feedback", "question_hash", "created_at")
    return texts.order_by("-stars", "-created_at", "-pk")


class _Judge:
    """Remembers the questions kept so far, and those of the evaluation, which never enter."""

    def __init__(self, domain: Domain, *, skip_negative: bool) -> None:
        self.domain = domain
        self.skip_negative = skip_negative
        self.pairs: dict[tuple[str, str], int] = {}
        self.leaders: Seen[int] = Seen(NEAR)
        self.alike: Counter[int] = Counter()
        self.near_evaluation: Seen[int] = Seen(NEAR)
        for question in EvaluationQuestion.objects.filter(domain=domain):
            self.near_evaluation.add(question.pk, words(question.question))

    def reason(self, row: Conversation) -> str:
        """Why ``row`` stays out; one that does not is remembered as kept."""
        said = words(row.question)
        pair = (row.question_hash, text_hash(row.answer))
        if self.skip_negative and feedback_tone(row.feedback, self.domain) == "negativo":
            return "El comentario de la calificación es negativo."
        if self.near_evaluation.like(said) is not None:
            return "La pregunta es del conjunto de evaluación."
        if same := self.pairs.get(pair):
            return f"Es la misma pregunta y respuesta que la conversación {same}."
        leader = self.leaders.like(said)
        if leader and self.alike[leader] >= MOST_ALIKE:
            return f"Ya hay {MOST_ALIKE} casi con la misma pregunta que la conversación {leader}."
        if leader is None:
            leader = row.pk
            self.leaders.add(leader, said)
        self.pairs[pair] = row.pk
        self.alike[leader] += 1
        return ""


def _share(question: str) -> float:
    """A number from 0 to 1 that only the words of ``question`` decide."""
    digest = hashlib.blake2b(normalise(question).encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64
