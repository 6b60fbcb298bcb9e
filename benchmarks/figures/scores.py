"""How near the automatic stars and the forecast of a sale come to what a person says.

On follow-ups written and labelled by hand, half of them with negation, irony, conditions or mixed
feelings. The product's words were chosen on the seen ones only; the unseen ones were written by
someone who had not read the rules. ``.low`` and ``.high`` are the ends of the 95 % interval.

Goals, on the unseen ones (of this project: a score that ranks must rarely be far off): within one
star 0.9, the same star 0.7, F1 of the sales 0.85.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks import intervals
from benchmarks.figure import Figure, Goal
from benchmarks.peers import written_scores
from conversations.scoring import score

BENCHMARKS = Path(__file__).parent.parent
SHOP = BENCHMARKS.parent / "trainingsite" / "samples" / "tienda" / "domain.json"
PEER = "reglas del documento"
UNIT = "parte de 1"


class Verdict(NamedTuple):
    """What a person and a rule say of one text."""

    person: tuple[int, bool]
    rule: tuple[int, bool]

    @property
    def distance(self) -> int:
        return abs(self.person[0] - self.rule[0])


Verdicts = Sequence[Verdict]


def within_one(verdicts: Verdicts) -> float:
    return sum(it.distance <= 1 for it in verdicts) / len(verdicts)


def exact(verdicts: Verdicts) -> float:
    return sum(it.distance == 0 for it in verdicts) / len(verdicts)


def success_f1(verdicts: Verdicts) -> float:
    """The harmonic mean of precision and recall of the sales; 0 where none is found."""
    found = sum(it.person[1] and it.rule[1] for it in verdicts)
    said = sum(it.person[1] + it.rule[1] for it in verdicts)
    return 2 * found / said if said else 0.0


MEASURES = {
    within_one: Goal("value", ">=", 0.9),
    exact: Goal("value", ">=", 0.7),
    success_f1: Goal("value", ">=", 0.85),
}


def measure() -> Iterator[Figure]:
    lists = json.loads(SHOP.read_text("utf-8"))
    for sort in ("unseen", "seen"):
        ours = verdicts(sort, lambda text: score(text, lists=lists))
        theirs = verdicts(sort, written_scores.score)
        for share, goal in MEASURES.items():
            name = f"scores.{'' if sort == 'unseen' else 'seen.'}{share.__name__}"
            aim = goal if sort == "unseen" else None
            yield Figure(name, share(ours), UNIT, PEER, share(theirs), aim)
            low, high = interval(ours, share)
            yield Figure(f"{name}.low", low, UNIT)
            yield Figure(f"{name}.high", high, UNIT)


def interval(found: Verdicts, share: Callable[[Verdicts], float]) -> tuple[float, float]:
    if share is success_f1:
        return intervals.resampled(found, share)
    return intervals.of_share(round(share(found) * len(found)), len(found))


def verdicts(sort: str, rule: Callable[[str], tuple[int, bool]]) -> list[Verdict]:
    """What ``rule`` says of each follow-up of a set, beside what the person said."""
    lines = (BENCHMARKS / "data" / f"followups_{sort}.jsonl").read_text("utf-8").splitlines()
    said = map(json.loads, lines)
    return [Verdict((it["stars"], it["success"]), rule(it["text"])) for it in said]
