"""What a correction changes: the next question like it, and no other.

Twenty questions of three businesses are approved with answers that say nothing. Staff correct one
after another; then the next customer asks the same in other words (``corrected_questions.txt``,
written with its answers by somebody who had not seen the rule). ``corrections`` counts those who
get the corrected answer as it is, beside those who would where questions alone are compared
(docs/adr/0017). Goal: all. ``.shown`` adds those for whom the model has it among its examples.
Of the twenty questions nearest to each that are about something else (the other rewordings, and
sixty of anything), ``.misled`` counts those to which the correction is served, and ``.changed``
those that get another answer than before, or one more or less, word for word. Goal of both: none.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from benchmarks import candidates, corpora, reusing, site
from benchmarks.corpora import Corpus
from benchmarks.figure import Figure, Goal
from benchmarks.processes import model_server
from conversations.models import Conversation
from core import llm
from core.models import Domain
from rag import assistant, corrections

NEIGHBOURS = 20
PEER = "la pregunta sola"
EMPTY = "De eso no tengo el dato número {}."


def measure() -> Iterator[Figure]:
    site.migrate()
    by, rows = site.administrator(), reusing.lines("corrected_questions.txt")
    unrelated = [question for (question,) in reusing.lines("chat_es_unrelated.txt")]
    useless = [(asked, EMPTY.format(place)) for place, (asked, *_) in enumerate(rows)]
    domain = candidates.a_domain(Corpus("corrections", corpora.PROMPT, useless, []))
    count = Counter[str]()
    with model_server():
        candidates.taught(domain, useless, by=by, stars=lambda _: 5)
        others = [similar for _, similar, _ in rows] + unrelated
        vectors = {it: np.array(vector) for it in others for vector in llm.embed([it])}
        for asked, similar, right in rows:
            near = nearest(vectors, similar)
            before = {it: told(domain, it) for it in near}
            row = Conversation.objects.get(domain=domain, question=asked)
            corrections.correct(row, right, by=by)
            count["served"] += told(domain, similar) == right
            count["alone"] += reusing.served_by_the_question_alone(domain, similar) == right
            count["shown"] += right in examples_for(domain, similar)
            after = {it: told(domain, it) for it in near}
            count["misled"] += sum(it == right for it in after.values())
            count["changed"] += sum(after[it] != before[it] for it in near)
    total = len(rows)
    every = Goal("value", ">=", total)
    yield Figure("corrections", count["served"], f"de {total}", PEER, count["alone"], every)
    yield Figure("corrections.shown", count["shown"], f"de {total}")
    for name in ("misled", "changed"):
        among = f"de {total * NEIGHBOURS}"
        yield Figure(f"corrections.{name}", count[name], among, goal=Goal("value", "<=", 0))


def nearest(vectors: dict[str, np.ndarray], question: str) -> list[str]:
    """The questions nearest to ``question`` among the others."""
    others = (it for it in vectors if it != question)
    return sorted(others, key=lambda it: -vectors[it] @ vectors[question])[:NEIGHBOURS]


def told(domain: Domain, question: str) -> str | None:
    answer = reusing.served(domain, question)
    return answer.text if answer else None


def examples_for(domain: Domain, question: str) -> list[str]:
    """The answers that a model would be shown."""
    return [it.answer for it in assistant.lookup(domain, question)[: domain.examples]]
