"""Vectors of passages and of questions, by the model whose space they go into or are asked of."""

import hashlib
from collections.abc import Sequence

from core import llm
from rag.models import Chunk, VectorSpace

LONGEST = 8000  # characters of one input (requirements, 2.3)
AT_ONCE = 16  # passages of a request: on one busy core they take some seconds

Vector = list[float]


def fingerprint(passage: str) -> str:
    """What ``Chunk.text_hash`` holds: equal passages get one vector, made once."""
    return hashlib.sha256(passage[:LONGEST].encode()).hexdigest()


def embed_passages(passages: Sequence[str], *, space: VectorSpace) -> list[Vector]:
    """A vector of ``space`` for each of ``passages`` (:attr:`Chunk.passage`), in order.

    Those of passages that some chunk holds already are taken from there, and no text is asked for
    twice. Raises what the provider fails with; nothing is stored here.
    """
    texts = {fingerprint(it): it[:LONGEST] for it in passages}
    known = known_vectors(list(texts), space=space)
    new = [key for key in texts if key not in known]
    for start in range(0, len(new), AT_ONCE):
        keys = new[start : start + AT_ONCE]
        asked = [texts[key] for key in keys]
        vectors = llm.embed(asked, by=space.provider, model=space.model)
        known |= zip(keys, vectors, strict=True)
    return [known[fingerprint(it)] for it in passages]


def embed_question(question: str, *, space: VectorSpace) -> Vector:
    """The vector that ``question`` is looked up with. Raises what the provider fails with."""
    (vector,) = embed_questions([question], space=space)
    return vector


def embed_questions(questions: Sequence[str], *, space: VectorSpace) -> list[Vector]:
    """A vector for each of ``questions``, in order. Raises what the provider fails with."""
    asked = [it[:LONGEST] for it in questions]
    return [
        vector
        for start in range(0, len(asked), AT_ONCE)
        for vector in llm.embed(
            asked[start : start + AT_ONCE],
            by=space.provider,
            model=space.question_model or space.model,
        )
    ]


def known_vectors(fingerprints: Sequence[str], *, space: VectorSpace) -> dict[str, Vector]:
    """The vectors of ``space`` that some chunk holds already, by fingerprint."""
    rows = Chunk.objects.filter(embedding_model=space.model, text_hash__in=fingerprints)
    found = rows.order_by("text_hash").distinct("text_hash")
    return {key: list(vector) for key, vector in found.values_list("text_hash", "embedding")}
