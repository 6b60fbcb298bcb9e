"""Of the approved answers served as they are, how many answer the question that was asked.

The evaluation questions of the three sample domains are other wordings, written apart, each with
its own approved answer. Of those whose nearest approved answer passes the domain's two lines
(``reuse_similarity``, ``reuse_margin``), right is an answer with chrF of 45 or more to the
question's own. The peer serves the nearest always.

Goal: at least 0.95 right of those served (a line of this project: what goes out without a model
must not be wrong). ``.served`` says how many questions that covers, without a goal.
"""

from collections.abc import Iterator

from sacrebleu.metrics import CHRF

from benchmarks import site
from benchmarks.figure import Figure, Goal
from benchmarks.processes import model_server
from conversations import embedding
from core.models import Domain
from rag import assistant, pairs

RIGHT = 45  # chrF: other wordings of the same answer are above it, other answers below
ALMOST_ALL = Goal("value", ">=", 0.95)
PEER = "siempre la más cercana"

Verdict = tuple[bool, bool]
"""Whether a question's nearest answer is served, and whether it is right."""


def measure() -> Iterator[Figure]:
    site.migrate()
    domains = site.sample_domains()
    with model_server():
        while embedding.fill(limit=10_000) + pairs.fill(limit=10_000):
            pass  # a call lasts as long as a task may
        found = {domain.slug: list(verdicts(domain)) for domain in domains}
    together = [verdict for of_domain in found.values() for verdict in of_domain]
    yield rightness(together)
    yield coverage("reuse.served", together)
    for slug, of_domain in found.items():
        yield coverage(f"reuse.served.{slug}", of_domain)


def rightness(found: list[Verdict]) -> Figure:
    """Of what is served, how much is right, beside the same of all the nearest answers."""
    served = [is_right for is_served, is_right in found if is_served]
    value = sum(served) / len(served) if served else 0.0
    always = sum(is_right for _, is_right in found) / len(found)
    return Figure("reuse", value, "parte acertada", PEER, always, ALMOST_ALL)


def coverage(name: str, found: list[Verdict]) -> Figure:
    """How many of the questions are answered without a model; the peer answers them all."""
    served = sum(is_served for is_served, _ in found)
    return Figure(name, served / len(found), "parte servida", PEER, 1.0)


def verdicts(domain: Domain) -> Iterator[Verdict]:
    """One for each evaluation question of the domain."""
    for asked in domain.evaluation_questions.order_by("pk"):
        examples = assistant.lookup(domain, asked.question)
        if examples:
            score = CHRF().sentence_score(examples[0].answer, [asked.answer]).score
            yield assistant.reuse(domain, examples) is not None, score >= RIGHT
