"""How well the documents of a domain are found, measured on its questions after every change."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Max
from django.utils.translation import gettext_lazy as _

from core.errors import Refusal
from core.models import Domain
from core.work import WorkState
from rag import spaces, tuning
from rag.models import (
    Chunk,
    Document,
    DocumentWork,
    RetrievalQuestion,
    RetrievalRun,
    VectorSpace,
)
from rag.tuning import Asked

DEPTHS = (1, 3, 5)
PARTS = {
    "model": _("modelo de vectores"),
    "documents": _("documentos"),
    "questions": _("preguntas"),
    "tuning": _("calibración"),
}
"""What a measure depends on, as people read it."""


class NothingToMeasure(Refusal):
    """The domain has no questions, or nothing was indexed yet."""

    code = "nothing_to_measure"


def measure(domain: Domain, *, cause: str) -> RetrievalRun:
    """Ask every question of ``domain`` and keep how well its source was found.

    Recall and MRR are of the questions that a document answers. A question that none answers is
    missed when anything is found for it. Raises :class:`NothingToMeasure`, and what the provider
    fails with.
    """
    space = spaces.active()
    asked = tuning.questions(domain, space) if space else []
    if space is None or not asked:
        raise NothingToMeasure("No hay preguntas, o todavía no hay documentos preparados.")
    basis = basis_of(domain, space)
    places = {it: _place(it, space) for it in asked}
    answered = [place for it, place in places.items() if it.row.document_id]
    return RetrievalRun.objects.create(
        domain=domain,
        cause=cause[:120],
        embedding_model=space.model,
        questions=len(asked),
        mrr=_mean([1 / place if place else 0 for place in answered]),
        misses=list(_misses(places)),
        basis=basis,
        **{f"recall_at_{k}": _mean([0 < place <= k for place in answered]) for k in DEPTHS},
    )


def measure_changed() -> int:
    """Measure each domain whose documents, questions, calibration or model changed; how many.

    Changes are told by what they leave, so many of them are one run; while documents are still
    being read the run waits. Raises what the provider fails with.
    """
    space = spaces.active()
    if space is None:
        return 0
    return sum(_measure_if_changed(domain, space) for domain in _ready())


def basis_of(domain: Domain, space: VectorSpace) -> dict[str, str]:
    """What a measure of ``domain`` depends on, each part (:data:`PARTS`) in short."""
    tuned = tuning.of(domain, space.model)
    documents = Document.objects.filter(domain=domain).in_use().order_by("pk")
    chunks = Chunk.objects.filter(document__in=documents, embedding_model=space.model)
    asked = RetrievalQuestion.objects.filter(domain=domain, active=True).order_by("pk")
    return {
        "model": space.model,
        "documents": _short(
            [*documents.values_list("pk", "audience"), chunks.aggregate(Count("pk"), Max("pk"))]
        ),
        "questions": _short(asked.values_list("pk", "question", "document", "quote")),
        "tuning": f"{tuned.threshold:.4f} {tuned.vector_weight:.2f}",
    }


def _ready() -> Iterable[Domain]:
    """The domains with questions in which no document is on its way."""
    busy = DocumentWork.objects.filter(state=WorkState.WAITING).values("document__domain")
    asked = RetrievalQuestion.objects.filter(active=True).values("domain")
    return Domain.objects.filter(pk__in=asked).exclude(pk__in=busy)


def _measure_if_changed(domain: Domain, space: VectorSpace) -> bool:
    last = RetrievalRun.objects.filter(domain=domain).first()
    before, now = (last.basis if last else {}), basis_of(domain, space)
    changed = [part for part in PARTS if before.get(part) != now[part]]
    if not changed:
        return False
    if {"model", "questions"} & set(changed) and tuning.enough_questions(domain):
        tuning.calibrate(domain)
    measure(domain, cause=", ".join(str(PARTS[part]) for part in changed) if last else "primera")
    return True


def _place(it: Asked, space: VectorSpace) -> int:
    """The place of the right chunk, 0: not found; for a question without one, what was found."""
    tuned = tuning.of(it.row.domain, space.model)
    rows = tuning.ranked(it, space, weight=tuned.vector_weight, threshold=tuned.threshold)
    return (it.place_in(rows) or 0) if it.row.document_id else len(rows)


def _misses(places: dict[Asked, int]) -> Iterable[dict[str, Any]]:
    """The questions whose source is not among the first, and those that something answered."""
    for it, place in places.items():
        if it.row.document_id and not 0 < place <= max(DEPTHS):
            yield {"question": it.row.pk, "place": place or None}
        elif it.row.document_id is None and place:
            yield {"question": it.row.pk, "found": place}


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _short(rows: Iterable[Any]) -> str:
    return hashlib.sha256(repr(list(rows)).encode()).hexdigest()[:16]
