"""Approved exchanges near a question: to be served as they are, or shown to a model."""

from collections.abc import Iterable, Sequence

from django.conf import settings

from conversations import embedding
from conversations.catalogue import Catalogue
from conversations.keys import normalise
from conversations.models import Conversation, ConversationQuerySet
from core import llm
from core.models import Domain
from rag import corrections, naming, pairs
from rag.assistant.values import Example
from rag.embedding import Query

CANDIDATES = 20  # nearest by question, of which those nearest with their answers are taken
NEAR = 0.04  # below the line of being served: an example that still is about the same


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
    nearest = embedding.nearest(approved, vector, limit=max(CANDIDATES, domain.examples + 1))
    with_answers = pairs.cosines([row.pk for row, _ in nearest], vector)
    found = [(row, _similarity(cosine, with_answers.get(row.pk))) for row, cosine in nearest]
    found.sort(key=lambda it: -it[1])
    # One more than shown: the margin of a reuse is measured against it.
    return _examples(domain, query.text, found[: domain.examples + 1])


def _similarity(question: float, pair: float | None) -> float:
    """How sure it is that the same is asked, from a cosine to the question alone and one to it with
    its answer: their mean. Alone, a question's distance counts twice.
    """
    alone = 2 * question - 1
    return round(alone if pair is None else max(alone, (question + pair) / 2), 4)


def _examples(
    domain: Domain, question: str, found: Sequence[tuple[Conversation, float]]
) -> tuple[Example, ...]:
    """Whether both are about the same things is looked at where one is near enough to be served."""
    near = [row for row, similarity in found if similarity >= domain.reuse_similarity]
    agree = _agreeing(domain, question, near) if near else ()
    return tuple(
        Example(row.pk, row.question, row.answer, similarity, agrees=row.pk in agree)
        for row, similarity in found
    )


def _agreeing(domain: Domain, question: str, near: Iterable[Conversation]) -> set[int]:
    catalogue = Catalogue.of(domain)
    named = naming.names(question, catalogue)
    return {
        row.pk
        for row in near
        if naming.names(row.question, catalogue) == named
        and not naming.adds_to(row.question, row.answer, question)
    }


def reuse(domain: Domain, examples: tuple[Example, ...]) -> Example | None:
    """The approved answer that may be served as it is: near enough, and clearly the nearest.

    Both lines are settings of the domain, since each embedder spreads its cosines differently.
    """
    best = same(domain, examples)
    return best if best and _leads(domain, best, examples[1:]) else None


def corrected(domain: Domain, examples: tuple[Example, ...]) -> Example | None:
    """The corrected answer to be served: near enough, and clearly the nearest.

    What staff put right wins over what else was approved for the very same question.
    """
    if not (best := same(domain, examples)):
        return None
    asked = normalise(best.question)
    ties = [it for it in examples if it == best or normalise(it.question) == asked]
    others = [it for it in examples if it not in ties]
    if not _leads(domain, best, others):
        return None
    served = corrections.served([it.conversation_id for it in ties])
    return next((it for it in ties if it.conversation_id == served), None)


def same(domain: Domain, examples: tuple[Example, ...]) -> Example | None:
    """The nearest of ``examples`` if it is near enough and names the same, whatever the others
    answer."""
    best = examples[0] if examples else None
    return best if best and best.agrees and best.similarity >= domain.reuse_similarity else None


def are_near(domain: Domain, examples: tuple[Example, ...]) -> bool:
    """Whether the nearest of ``examples`` is about what was asked: the nearest need not be near."""
    return bool(examples) and examples[0].similarity >= domain.reuse_similarity - NEAR


def _leads(domain: Domain, best: Example, others: Iterable[Example]) -> bool:
    rivals = [it.similarity for it in others if it.answer != best.answer]
    return not rivals or best.similarity - max(rivals) >= domain.reuse_margin
