"""What approved examples do for an untrained model: its answers' chrF, with them and without.

The demonstration model answers evaluation questions of the sample domains, once alone and once
with the nearest approved exchanges in front (the loop learns before any weight changes).

Goal: at least 1.5 times the chrF of the same model alone (a line of this project).
"""

from collections.abc import Iterator
from itertools import chain
from statistics import fmean

from sacrebleu.metrics import CHRF

from benchmarks import site
from benchmarks.figure import Figure, Goal, size
from benchmarks.processes import model_server
from conversations import embedding
from core.models import Domain
from finetune.models import EvaluationQuestion
from rag import assistant

HELPS = Goal("ratio", ">=", 1.5)
TOKENS = 80
Scores = tuple[float, float]


def measure() -> Iterator[Figure]:
    site.migrate()
    domains = site.sample_domains()
    with model_server():
        embedding.fill(limit=10_000)
        found = {domain.slug: list(scores(domain)) for domain in domains}
    yield figure("examples", list(chain.from_iterable(found.values())))
    for slug, of_domain in found.items():
        yield figure(f"examples.{slug}", of_domain)


def figure(name: str, found: list[Scores]) -> Figure:
    helped, alone = (fmean(column) for column in zip(*found, strict=True))
    return Figure(name, helped, "chrF", "sin ejemplos", alone, HELPS)


def scores(domain: Domain) -> Iterator[Scores]:
    """The chrF of the answer with examples and of the one without, question by question."""
    questions = list(domain.evaluation_questions.order_by("pk"))  # by topic: take from them all
    for asked in questions[:: max(1, len(questions) // size(6, full=len(questions)))]:
        examples = assistant.lookup(domain, asked.question)[: domain.examples]
        yield score(domain, asked, examples), score(domain, asked, ())


def score(
    domain: Domain, asked: EvaluationQuestion, examples: tuple[assistant.Example, ...]
) -> float:
    reply = assistant.ask(domain, asked.question, examples, temperature=0, max_tokens=TOKENS)
    return CHRF().sentence_score(reply.text, [asked.answer]).score
