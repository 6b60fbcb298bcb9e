"""What a search of a domain goes by: the least cosine, and the part that vectors have.

Cosines of two models do not compare, so each model has its own numbers. They come from the
domain's questions with their sources (:class:`RetrievalQuestion`), some of which no document
answers; before there are enough of those, from what is known of the model.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.capture import masked
from core import audit
from core.errors import Refusal
from core.models import Domain
from rag import embedding, fusion, spaces
from rag.fusion import Row, Scope
from rag.models import Chunk, RetrievalQuestion, SearchTuning, VectorSpace

LEAST_QUESTIONS = 10
MOST_QUESTIONS = 300  # beyond which another one changes little, and the search is asked ten times
WEIGHTS = tuple(tenth / 10 for tenth in range(1, 11))
FIRST_WEIGHT = 0.5
# Under these the models named give next to nothing that answers; of another model nothing is known,
# and nothing is held back until it was calibrated.
FIRST_THRESHOLDS = {
    "e5-passage": 0.8,
    "text-embedding-ada-002": 0.75,
    "text-embedding-3-small": 0.3,
    "text-embedding-3-large": 0.3,
}
KEPT = 0.95  # of the right chunks, at least: a bot that does not find is worse than one that doubts
DEPTH = 10  # places that count


class TooFewQuestions(Refusal):
    """There is not enough to calibrate with."""

    code = "too_few_questions"


@dataclass(frozen=True, eq=False)
class Asked:
    """A question of the set with its vector, and the chunks that answer it."""

    row: RetrievalQuestion
    text: str
    vector: list[float]
    right: frozenset[int]

    def place_in(self, rows: Sequence[Row]) -> int | None:
        """The place of the first right chunk among ``rows``, from 1."""
        return next((n for n, row in enumerate(rows, 1) if row.pk in self.right), None)


def of(domain: Domain, model: str) -> SearchTuning:
    """The calibration of ``domain`` for ``model``; not stored where nobody calibrated."""
    return SearchTuning.objects.filter(domain=domain, embedding_model=model).first() or (
        SearchTuning(
            domain=domain,
            embedding_model=model,
            threshold=FIRST_THRESHOLDS.get(model, 0),
            vector_weight=FIRST_WEIGHT,
        )
    )


def calibrate(domain: Domain, *, by: User | None = None) -> SearchTuning:
    """Choose threshold and weight by the questions of ``domain``, and keep them.

    The weight is the one that ranks right chunks highest; the threshold, the one that best tells
    right chunks from what is found for questions without an answer. Raises
    :class:`TooFewQuestions`, and what the provider fails with.
    """
    space = spaces.active()
    asked = questions(domain, space)[:MOST_QUESTIONS] if space else []
    answered = [it for it in asked if it.right]
    if space is None or len(answered) < LEAST_QUESTIONS:
        raise TooFewQuestions(
            _("Hacen falta al menos %d preguntas con su documento.") % LEAST_QUESTIONS,
            preguntas="too_few",
        )
    weight = max(WEIGHTS, key=lambda it: (reciprocal(answered, space, it), -abs(it - FIRST_WEIGHT)))
    tuned, _made = SearchTuning.objects.update_or_create(
        domain=domain,
        embedding_model=space.model,
        defaults={
            "threshold": _threshold(asked, space, weight),
            "vector_weight": weight,
            "questions": len(asked),
            "at": timezone.now(),
        },
    )
    audit.record(
        "search_tuned",
        tuned,
        by=by.get_username() if by else "búsqueda",
        threshold=tuned.threshold,
        vector_weight=weight,
        questions=len(asked),
    )
    return tuned


def enough_questions(domain: Domain) -> bool:
    """Whether ``domain`` has the questions that a calibration takes."""
    rows = RetrievalQuestion.objects.filter(domain=domain, active=True, document__isnull=False)
    return rows.count() >= LEAST_QUESTIONS


def questions(domain: Domain, space: VectorSpace) -> list[Asked]:
    """The active questions of ``domain`` in no order, each with its vector and its right chunks.

    Raises what the provider fails with.
    """
    rows = RetrievalQuestion.objects.filter(domain=domain, active=True).select_related("document")
    texts = {row: masked(row.question, domain) for row in rows}
    _embed(texts, space)
    mixed = sorted(texts, key=lambda row: row.vector_key)
    return [Asked(row, texts[row], list(row.vector or ()), _right(row, space)) for row in mixed]


def ranked(
    it: Asked, space: VectorSpace, *, weight: float, threshold: float = 0, limit: int = DEPTH
) -> list[Row]:
    """What a search gives staff for a question of the set."""
    scope = Scope(domain=it.row.domain_id, staff=True, user=None, kind=None)
    return fusion.find(
        space,
        it.text,
        it.vector,
        scope=scope,
        weight=weight,
        threshold=threshold,
        limit=limit,
    )


def reciprocal(asked: Sequence[Asked], space: VectorSpace, weight: float) -> float:
    """The mean of one over the place of the first right chunk."""
    places = [it.place_in(ranked(it, space, weight=weight)) for it in asked]
    return sum(1 / place for place in places if place) / len(asked)


def _embed(texts: dict[RetrievalQuestion, str], space: VectorSpace) -> None:
    """Give those that have none the vector of ``space``, and keep it."""
    keys = {row: embedding.fingerprint(f"{space.model} {text}") for row, text in texts.items()}
    new = [row for row in texts if row.vector is None or row.vector_key != keys[row]]
    vectors = embedding.embed_questions([texts[row] for row in new], space=space)
    for row, vector in zip(new, vectors, strict=True):
        row.vector, row.vector_key = vector, keys[row]
    RetrievalQuestion.objects.bulk_update(new, ["vector", "vector_key"], batch_size=100)


def _right(row: RetrievalQuestion, space: VectorSpace) -> frozenset[int]:
    """The chunks of its document that hold its quote; all of them where there is no quote."""
    chunks = Chunk.objects.filter(document=row.document_id, embedding_model=space.model)
    if row.quote:
        chunks = chunks.filter(text__icontains=row.quote)
    return frozenset(chunks.values_list("pk", flat=True))


def _threshold(asked: Sequence[Asked], space: VectorSpace, weight: float) -> float:
    """The cosine that keeps most right chunks and holds back most that answer nothing.

    At least :data:`KEPT` of the right ones stay; of two equally good lines the lower is taken, and
    with no question that nothing answers there is no reason for a higher one than before.
    """
    right, wrong = [], []
    for it in asked:
        rows = ranked(it, space, weight=weight)
        if place := it.place_in(rows):
            right.append(rows[place - 1].cosine or 0)
        elif rows and it.row.document_id is None:
            wrong.append(max(row.cosine or 0 for row in rows))
    first = FIRST_THRESHOLDS.get(space.model, 0)
    right.sort()
    lines = right[: int(len(right) * (1 - KEPT)) + 1] or [first]
    if not wrong:
        return min(first, lines[0])
    return max(lines, key=lambda line: (_told_apart(line, right, wrong), -line))


def _told_apart(line: float, right: Sequence[float], wrong: Sequence[float]) -> float:
    kept = sum(it >= line for it in right) / len(right) if right else 0
    held_back = sum(it < line for it in wrong) / len(wrong) if wrong else 0
    return kept + held_back
