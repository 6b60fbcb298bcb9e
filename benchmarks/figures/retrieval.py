"""Whether the paragraph that answers a question is found: meaning and words together, and alone.

XQuAD in Spanish: 240 paragraphs, each a document of a domain, cut, embedded and indexed as any
document is; 1,190 questions, each answered by one paragraph. Half of the questions calibrate the
search as the domain's question set does; the figures are of the other half, which nothing saw. A
hit is a chunk of the right paragraph.

Goals: at least 0.92 first and 0.99 among five; never below vectors alone, and at least 0.004 above
them among five (reference points of the data: vectors 0.915 and 0.989, both by reciprocal rank
0.902 and 0.994).
"""

from collections.abc import Iterator, Sequence

from benchmarks import passages, site
from benchmarks.figure import Figure, Goal
from benchmarks.processes import model_server
from core.models import Domain
from rag import documents, indexing, spaces, tuning
from rag.models import Document, RetrievalQuestion, VectorSpace
from rag.tuning import Asked

DEPTHS = (1, 3, 5)
AIMS = {1: Goal("value", ">=", 0.92), 5: Goal("value", ">=", 0.99)}
GAINS = {1: Goal("value", ">=", 0), 5: Goal("value", ">=", 0.004)}
VECTORS, WORDS = 1, 0  # the weight that leaves the other out

Places = list[int]
"""For each question the place of the right paragraph, from 1; 0 where it was not found."""


def measure() -> Iterator[Figure]:
    site.migrate()
    domain = Domain.objects.create(slug="xquad", name="XQuAD")
    with model_server():
        paragraphs = stored(domain)
        calibrating, reported = halves(domain, paragraphs)
        space = spaces.current()
        tuned = calibrated(domain, calibrating)
        asked = tuning.questions(domain, space)
    assert {it.row.pk for it in asked} == {it.pk for it in reported}
    yield Figure("retrieval.weight", tuned.vector_weight, "peso de los vectores")
    yield Figure("retrieval.threshold", tuned.threshold, "coseno")
    fused = places(asked, space, tuned.vector_weight, tuned.threshold)
    vectors = places(asked, space, VECTORS, tuned.threshold)
    yield from figures(fused, vectors, places(asked, space, WORDS))


def stored(domain: Domain) -> list[Document]:
    """A document for each paragraph, indexed."""
    texts, _asked = passages.xquad()
    made = [
        documents.add_text(domain, title=f"Párrafo {n}", text=text, by="medidas")
        for n, text in enumerate(texts)
    ]
    for document in made:
        indexing.index(document)
    return made


def halves(
    domain: Domain, paragraphs: Sequence[Document]
) -> tuple[list[RetrievalQuestion], list[RetrievalQuestion]]:
    """The questions as the domain's set, every other one on each side."""
    _texts, asked = passages.xquad()
    rows = RetrievalQuestion.objects.bulk_create(
        RetrievalQuestion(domain=domain, question=question, document=paragraphs[answer])
        for question, answer in asked
    )
    return rows[::2], rows[1::2]


def calibrated(domain: Domain, calibrating: Sequence[RetrievalQuestion]) -> tuning.SearchTuning:
    """The product's own calibration on one half; afterwards the other half is the set."""
    chosen = RetrievalQuestion.objects.filter(pk__in=[it.pk for it in calibrating])
    others = RetrievalQuestion.objects.exclude(pk__in=chosen.values("pk"))
    others.update(active=False)
    tuned = tuning.calibrate(domain)
    others.update(active=True)
    chosen.update(active=False)
    return tuned


def places(
    asked: Sequence[Asked], space: VectorSpace, weight: float, threshold: float = 0
) -> Places:
    return [
        it.place_in(tuning.ranked(it, space, weight=weight, threshold=threshold)) or 0
        for it in asked
    ]


def figures(fused: Places, vectors: Places, words: Places) -> Iterator[Figure]:
    for depth in DEPTHS:
        found, alone = recall(fused, depth), recall(vectors, depth)
        yield Figure(
            f"retrieval.recall_{depth}", found, "parte", "vectores", alone, AIMS.get(depth)
        )
        yield Figure(
            f"retrieval.over_words_{depth}", found, "parte", "palabras", recall(words, depth)
        )
        if goal := GAINS.get(depth):
            yield Figure(f"retrieval.gain_{depth}", found - alone, "parte", goal=goal)
    yield Figure(
        "retrieval.mrr", reciprocal(fused), "parte", "vectores", reciprocal(vectors),
        Goal("ratio", ">=", 1),
    )  # fmt: skip


def recall(found: Places, depth: int) -> float:
    return sum(0 < place <= depth for place in found) / len(found)


def reciprocal(found: Places) -> float:
    return sum(1 / place for place in found if place) / len(found)
