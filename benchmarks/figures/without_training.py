"""What approved answers teach with no training at all: the bot answers better the same minute.

A hundred exchanges of a Spanish chatbot are approved. Then sixty of their questions are asked in
other words (``chat_es_paraphrases.txt``, which share under half of the content words and were
written by somebody who had not seen the rule), in three arms: the bare model, the same with the
nearest approved exchanges in its prompt, and the product, which serves the approved answer as it
is where it is sure that the same is asked and asks the model with examples elsewhere. Measured is
chrF to the approved answer; ``.over_base`` is the third arm's mean difference to the first, with
the ends of its interval of 95 % (paired bootstrap). Goal: the interval is clear of zero.

``.right`` and ``.wrong`` count what was served as it is, beside what would be by the question alone
(docs/adr/0017). ``.unrelated`` is how many of sixty questions about nothing that was approved get
an answer served; goal: three at most.
"""

from collections.abc import Iterator, Sequence
from statistics import mean
from typing import NamedTuple

from benchmarks import candidates, corpora, reusing, site
from benchmarks.corpora import Corpus, Exchange
from benchmarks.figure import Figure, Goal
from benchmarks.processes import model_server
from core.models import Domain
from finetune import intervals
from finetune.evaluation.measuring import chrf
from rag import assistant
from rag.answerer import TOKENS

APPROVED = 100
UNIT = "chrF"
PEER, BARE = "la pregunta sola", "modelo solo"
CLEAR, FEW = Goal("value", ">=", 0), Goal("value", "<=", 3)


class Told(NamedTuple):
    """One paraphrase: the chrF of each arm, and whether what was served as it is, is right."""

    bare: float
    examples: float
    product: float
    served: bool | None
    alone: bool | None


def measure() -> Iterator[Figure]:
    site.migrate()
    asked = reusing.lines("chat_es_paraphrases.txt")
    known = approved({question for question, _ in asked})
    answers = dict(known)
    domain = candidates.a_domain(Corpus("without_training", corpora.PROMPT, known, []))
    with model_server():
        candidates.taught(domain, known, by=site.administrator(), stars=lambda _: 5)
        told = [ask(domain, paraphrase, answers[question]) for question, paraphrase in asked]
        unrelated = [question for (question,) in reusing.lines("chat_es_unrelated.txt")]
        strays = sum(reusing.served(domain, it) is not None for it in unrelated)
    bare = mean(it.bare for it in told)
    yield Figure("without_training", mean(it.product for it in told), UNIT, BARE, bare)
    yield Figure("without_training.examples", mean(it.examples for it in told), UNIT, BARE, bare)
    yield from difference([it.product - it.bare for it in told])
    for name, is_right in (("right", True), ("wrong", False)):
        ours = sum(it.served is is_right for it in told)
        theirs = sum(it.alone is is_right for it in told)
        yield Figure(f"without_training.{name}", ours, f"de {len(told)}", PEER, theirs)
    yield Figure("without_training.unrelated", strays, f"de {len(unrelated)}", goal=FEW)


def approved(asked: set[str]) -> list[Exchange]:
    """The exchanges of the questions that are asked again, and others to make a hundred."""
    once = corpora.chat_es(1)
    exchanges = dict(reversed([*once.learnt, *once.asked]))  # the first answer counts
    others = [it for it in exchanges if it not in asked][: APPROVED - len(asked)]
    return [(it, exchanges[it]) for it in [*sorted(asked), *others]]


def ask(domain: Domain, question: str, right: str) -> Told:
    """What each arm answers, and the two ways of serving what is approved."""
    near = assistant.lookup(domain, question)[: domain.examples]
    bare, examples = said(domain, question, ()), said(domain, question, near)
    served = reusing.served(domain, question)
    alone = reusing.served_by_the_question_alone(domain, question)
    return Told(
        bare=chrf(bare, right),
        examples=chrf(examples, right),
        product=chrf(served.text if served else examples, right),
        served=None if served is None else served.text == right,
        alone=None if alone is None else alone == right,
    )


def said(domain: Domain, question: str, near: Sequence[assistant.Example]) -> str:
    """What the untrained model says, its likeliest words."""
    try:
        return assistant.ask(domain, question, near, temperature=0, max_tokens=TOKENS).text
    except (assistant.NothingSaid, assistant.Withheld):
        return ""


def difference(more: list[float]) -> Iterator[Figure]:
    """The mean of ``more`` with the ends of its interval."""
    found = intervals.paired(more)
    assert found
    for suffix, end, goal in (("", found.mean, None), (".low", found.low, CLEAR)):
        yield Figure(f"without_training.over_base{suffix}", end, f"{UNIT} de más", goal=goal)
    yield Figure("without_training.over_base.high", found.high, f"{UNIT} de más")
