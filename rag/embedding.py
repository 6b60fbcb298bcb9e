"""Vectors of passages and of questions, by the model whose space they go into or are asked of."""

import hashlib
import logging
from collections.abc import Sequence

from core import llm
from core.errors import ModelRefused, ModelUnavailable
from rag.models import Chunk, VectorSpace

logger = logging.getLogger(__name__)

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


class Query:
    """A question, masked, and the vectors that it is looked up with.

    Examples and passages may share an embedder: each is asked once, whether it answers or not.
    """

    def __init__(self, text: str) -> None:
        self.text = text.replace("\0", "")
        self._vectors: dict[tuple[str, str], Vector | None] = {}

    def vector(self, *, by: str, model: str) -> Vector | None:
        """What the provider ``by`` gives with ``model``; ``None`` when it does not answer."""
        asked = (by, model)
        if asked not in self._vectors:
            self._vectors[asked] = self._embedded(*asked)
        return self._vectors[asked]

    def in_space(self, space: VectorSpace) -> Vector | None:
        """What the passages of ``space`` are compared with."""
        return self.vector(by=space.provider, model=question_model(space))

    def _embedded(self, by: str, model: str) -> Vector | None:
        try:
            (vector,) = llm.embed([self.text[:LONGEST]], by=by, model=model)
        except (ModelUnavailable, ModelRefused) as error:
            logger.warning("A question is looked up without its vector: %s", error)
            return None
        return vector


def question_model(space: VectorSpace) -> str:
    """The model that a question is asked of ``space`` with."""
    return space.question_model or space.model


def embed_questions(questions: Sequence[str], *, space: VectorSpace) -> list[Vector]:
    """A vector for each of ``questions``, in order. Raises what the provider fails with."""
    asked = [it[:LONGEST] for it in questions]
    return [
        vector
        for start in range(0, len(asked), AT_ONCE)
        for vector in llm.embed(
            asked[start : start + AT_ONCE],
            by=space.provider,
            model=question_model(space),
        )
    ]


def known_vectors(fingerprints: Sequence[str], *, space: VectorSpace) -> dict[str, Vector]:
    """The vectors of ``space`` that some chunk holds already, by fingerprint."""
    rows = Chunk.objects.filter(embedding_model=space.model, text_hash__in=fingerprints)
    found = rows.order_by("text_hash").distinct("text_hash")
    return {key: list(vector) for key, vector in found.values_list("text_hash", "embedding")}
