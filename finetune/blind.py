"""People compare two answers without knowing whose they are: the candidate's, and today's.

Each question is judged once by each person. Which answer stands left depends on the question and
on who looks, so that nobody learns a side.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.errors import Conflict, Invalid
from finetune.models import BlindVote, Evaluation, EvaluationItem, Variant

SIDES = ("left", "right", "tie")


@dataclass(frozen=True)
class Pair:
    """A question with two answers, the candidate's on a side that only the server knows."""

    left: EvaluationItem
    right: EvaluationItem
    done: int
    total: int

    @property
    def question(self) -> str:
        return self.left.question

    @property
    def key(self) -> str:
        """What a vote names the question by; it tells no side."""
        return _key(self.question)


@dataclass(frozen=True)
class Results:
    """How often people preferred which, of all who looked."""

    tuned: int
    rival: int
    ties: int
    people: int
    against: str


def next_pair(evaluation: Evaluation, *, by: str) -> Pair | None:
    """The next question that ``by`` has not judged; ``None`` when there is no other."""
    pairs = _pairs(evaluation)
    judged = set(evaluation.votes.filter(by=by).values_list("question", flat=True))
    waiting = [it for it in pairs if it[0].question not in judged]
    if not waiting:
        return None
    tuned, rival = waiting[0]
    left, right = (tuned, rival) if _candidate_left(evaluation, tuned, by) else (rival, tuned)
    return Pair(left, right, done=len(pairs) - len(waiting), total=len(pairs))


def vote(evaluation: Evaluation, *, key: str, side: str, by: str) -> BlindVote:
    """Write which side ``by`` found better, or that they are alike.

    Raises :class:`Invalid` for another word than a side, and :class:`Conflict` when the question
    is not the one that ``by`` is shown: it was judged already.
    """
    if side not in SIDES:
        raise Invalid(_("Elija izquierda, derecha o empate."), lado=["invalid"])
    pair = next_pair(evaluation, by=by)
    if pair is None or pair.key != key:
        raise Conflict(_("Esa pregunta ya está contestada."), code="already_voted")
    favoured = {"left": pair.left.variant, "right": pair.right.variant}.get(side, "")
    made, new = BlindVote.objects.get_or_create(
        evaluation=evaluation,
        question=pair.question,
        by=by,
        defaults={
            "left": pair.left.variant,
            "right": pair.right.variant,
            "favoured": favoured,
        },
    )
    if not new:
        raise Conflict(_("Esa pregunta ya está contestada."), code="already_voted")
    return made


def results(evaluation: Evaluation) -> Results | None:
    """What people said so far; ``None`` while nobody did."""
    votes = list(evaluation.votes.values_list("left", "right", "favoured", "by"))
    if not votes:
        return None
    said = Counter(favoured for _left, _right, favoured, _by in votes)
    ties = said.pop("", 0)
    tuned = said.pop(Variant.TUNED.value, 0)
    against = {side for left, right, *_rest in votes for side in (left, right)} - {Variant.TUNED}
    return Results(
        tuned=tuned,
        rival=sum(said.values()),
        ties=ties,
        people=len({by for *_rest, by in votes}),
        against=", ".join(str(Variant(it).label) for it in sorted(against)),
    )


def _pairs(evaluation: Evaluation) -> list[tuple[EvaluationItem, EvaluationItem]]:
    """The candidate's answers beside those of what answers today, where they are not the same."""
    today = Variant.INCUMBENT if evaluation.incumbent_id else Variant.EXAMPLES
    items = evaluation.items.filter(passed=None, variant__in=[Variant.TUNED, today]).order_by("pk")
    asked: dict[str, dict[str, EvaluationItem]] = {}
    for item in items:
        asked.setdefault(item.question, {})[item.variant] = item
    both = [(it[Variant.TUNED], it[today]) for it in asked.values() if len(it) > 1]
    return [(own, other) for own, other in both if own.answer.strip() != other.answer.strip()]


def _candidate_left(evaluation: Evaluation, item: EvaluationItem, by: str) -> bool:
    drawn = hashlib.sha256(f"{evaluation.pk}/{item.pk}/{by}".encode()).digest()
    return drawn[0] % 2 == 0


def _key(question: str) -> str:
    return hashlib.sha256(question.encode()).hexdigest()[:16]
