"""Approved exchanges near a question: to be served as they are, or shown to a model."""

from django.conf import settings

from conversations import embedding
from conversations.models import Conversation, ConversationQuerySet
from core import llm
from core.models import Domain
from rag import corrections
from rag.assistant.values import Example
from rag.embedding import Query

NEAR = 0.06  # below the line of being served: an example that still is about the same


def lookup(
    domain: Domain, question: str | Query, *, among: ConversationQuerySet | None = None
) -> tuple[Example, ...]:
    """The approved exchanges nearest to ``question`` (masked), nearest first; none without an
    embedder.

    ``among`` limits them: an evaluation must not find the question it asks.
    """
    query = question if isinstance(question, Query) else Query(question)
    vector = query.vector(by=settings.LLM_EMBEDDER, model=llm.embedding_model())
    if vector is None:
        return ()
    rows = Conversation.objects.filter(domain=domain) if among is None else among
    approved = rows.ready(min_stars=domain.min_stars)
    # One more than shown: the margin of a reuse is measured against it.
    nearest = embedding.nearest(approved, vector, limit=domain.examples + 1)
    return tuple(
        Example(row.pk, row.question, row.answer, round(similarity, 4))
        for row, similarity in nearest
    )


def reuse(domain: Domain, examples: tuple[Example, ...]) -> Example | None:
    """The approved answer that may be served as it is: near enough, and clearly the nearest.

    Both lines are settings of the domain, since each embedder spreads its cosines differently.
    """
    best = same(domain, examples)
    if best is None:
        return None
    rivals = [it.similarity for it in examples[1:] if it.answer != best.answer]
    clear = not rivals or best.similarity - max(rivals) >= domain.reuse_margin
    return best if clear else None


def corrected(domain: Domain, examples: tuple[Example, ...]) -> Example | None:
    """The corrected answer to be served: near enough, and nothing approved is nearer.

    What staff put right wins over an approved answer to the same question, whatever its margin.
    """
    if not (best := same(domain, examples)):
        return None
    nearest = {it.conversation_id: it for it in examples if it.similarity >= best.similarity}
    served = corrections.served(list(nearest))
    return nearest[served] if served else None


def same(domain: Domain, examples: tuple[Example, ...]) -> Example | None:
    """The nearest of ``examples`` if it is near enough, whatever the others answer."""
    best = examples[0] if examples else None
    return best if best and best.similarity >= domain.reuse_similarity else None


def are_near(domain: Domain, examples: tuple[Example, ...]) -> bool:
    """Whether the nearest of ``examples`` is about what was asked: the nearest need not be near."""
    return bool(examples) and examples[0].similarity >= domain.reuse_similarity - NEAR
