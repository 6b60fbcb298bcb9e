"""How near in meaning each answer is to the approved one."""

import logging
from collections.abc import Sequence

from core import llm
from core.errors import ModelRefused, ModelUnavailable
from finetune.models import Evaluation, EvaluationItem

logger = logging.getLogger(__name__)

BATCH = 32  # texts embedded in one request


def add_similarity(evaluation: Evaluation) -> None:
    """Fill in how close each answer's meaning is; it stays unknown without an embedder."""
    items = list(evaluation.items.filter(passed=None, similarity=None))
    texts = list(dict.fromkeys(text for it in items for text in (it.answer, it.expected) if text))
    try:
        vectors = dict(zip(texts, _embedded(texts), strict=True))
    except (ModelUnavailable, ModelRefused) as error:
        logger.warning("Evaluation %s goes without similarity: %s", evaluation.pk, error)
        return
    for it in items:
        it.similarity = _cosine(vectors.get(it.answer), vectors.get(it.expected))
    EvaluationItem.objects.bulk_update(items, ["similarity"], batch_size=500)


def _embedded(texts: Sequence[str]) -> list[list[float]]:
    batches = (texts[start : start + BATCH] for start in range(0, len(texts), BATCH))
    return [vector for batch in batches for vector in llm.embed(batch)]


def _cosine(one: list[float] | None, other: list[float] | None) -> float:
    """Of two vectors of unit length; an empty text is like nothing."""
    return sum(x * y for x, y in zip(one, other, strict=True)) if one and other else 0.0
