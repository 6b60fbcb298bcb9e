"""How often the gate lets through a candidate that is no better than its rivals.

The demonstration model answers evaluation questions of the sample domains three ways: alone, with
examples, and with examples once more but drawn by chance. Of each question the three real scores
are dealt out anew to base, examples and candidate, so that none is better than another; the
gate's own rule decides. The peer is the rule of plain means: a candidate passes that has the
highest.

Goal: at most 0.05 of the deals pass (requirements of the loop); ``.detects`` is the share of real
candidates that are let through when they answer with examples and the rivals without, no goal.
"""

import random
from collections.abc import Iterator, Sequence
from statistics import fmean

from sacrebleu.metrics import CHRF

from benchmarks import site
from benchmarks.figure import Figure, Goal, size
from benchmarks.processes import model_server
from conversations import embedding
from core.models import Domain
from finetune.evaluation import decide
from finetune.intervals import RESAMPLES, paired
from rag import assistant

SELDOM = Goal("value", "<=", 0.05)
DEALS = 1_000
TOKENS = 80
PEER = "la media más alta"
Scores = tuple[float, float, float]
"""Of one question: base, examples, candidate."""


def measure() -> Iterator[Figure]:
    site.migrate()
    domains = site.sample_domains()
    with model_server():
        embedding.fill(limit=10_000)
        scores = [row for domain in domains for row in scores_of(domain)]
    value, peer = let_through(scores)
    yield Figure("gate", value, "parte que pasa", PEER, peer, SELDOM)
    real = [(base, base, helped) for base, helped, _ in scores]
    yield Figure("gate.detects", float(passes(real)), "1 si pasa")


def scores_of(domain: Domain) -> Iterator[Scores]:
    """The chrF of the three answers to questions of each topic."""
    questions = list(domain.evaluation_questions.order_by("pk"))  # by topic: take from them all
    for asked in questions[:: max(1, len(questions) // size(10, full=len(questions)))]:
        examples = assistant.lookup(domain, asked.question)[: domain.examples]
        ways = [((), 0.0), (examples, 0.0), (examples, 0.7)]
        said = [
            assistant.ask(domain, asked.question, shown, temperature=heat, max_tokens=TOKENS).text
            for shown, heat in ways
        ]
        base, helped, drawn = (CHRF().sentence_score(it, [asked.answer]).score for it in said)
        yield base, helped, drawn


def let_through(
    scores: Sequence[Scores], *, deals: int = DEALS, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """The shares of ``deals`` that pass by the gate, and by the plain means."""
    dice = random.Random(5)
    dealt = [[tuple(dice.sample(row, 3)) for row in scores] for _ in range(deals)]
    by_means = sum(leads(rows) for rows in dealt)
    return sum(passes(rows, resamples=resamples) for rows in dealt) / deals, by_means / deals


def leads(scores: Sequence[tuple[float, ...]]) -> bool:
    base, examples, candidate = (fmean(column) for column in zip(*scores, strict=True))
    return candidate > max(base, examples)


def passes(scores: Sequence[tuple[float, ...]], *, resamples: int = RESAMPLES) -> bool:
    """Whether the gate calls the candidate better; its probes are all passed."""
    differences = {}
    for number, rival in enumerate(("base", "examples")):
        interval = paired([row[2] - row[number] for row in scores], resamples=resamples)
        differences[rival] = {"chrf": interval.as_json() if interval else None}
    decision = decide(
        {
            "measure": "chrf",
            "rivals": list(differences),
            "differences": differences,
            "topics": [],
            "probes": {"asked": 56, "regressions": []},
            "loss": {"before": None, "after": None},
        }
    )
    return decision.verdict == "better"
