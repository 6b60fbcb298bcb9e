"""From the answers of an evaluation to its figures: what the verdict and the screens read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

from finetune.evaluation.exam import Exam, measure_of
from finetune.evaluation.measuring import relative_length, strays
from finetune.evaluation.verdict import MEASURES
from finetune.intervals import paired
from finetune.models import Evaluation, EvaluationItem, FineTuningJob, Variant
from finetune.progress import held_out_losses

Answers = Mapping[str, Sequence[EvaluationItem]]
"""The answers to the questions of each variant, in the order of the questions."""


def summary_of(evaluation: Evaluation, exam: Exam) -> dict[str, Any]:
    """Everything that was measured, for people and for the verdict.

    A variant's name leads to its means. ``differences`` lead from a rival and a measure to the
    interval of the candidate minus that rival; ``rivals`` are the two that the gate compares with:
    the base, and what answers today. ``passages`` is how many questions went with some of
    documents, as these were then.
    """
    items = list(evaluation.items.order_by("pk"))
    answers = _in_order(exam, [it for it in items if it.passed is None])
    today = Variant.INCUMBENT if evaluation.incumbent_id else Variant.EXAMPLES
    rivals = [Variant.BASE.value, today.value]
    measure = measure_of(evaluation.domain)
    return {variant: _means(rows) for variant, rows in answers.items()} | {
        "questions": len(exam.questions),
        "passages": sum(bool(it.passages) for it in answers.get(Variant.TUNED, [])),
        "measure": measure,
        "rivals": rivals,
        "differences": _differences(answers),
        "topics": list(_topics(exam, answers, rivals, measure)),
        "probes": _probes([it for it in items if it.passed is not None]),
        "loss": _loss(evaluation.model.job),
    }


def losses_of(job: FineTuningJob) -> tuple[float, float] | None:
    """The held-out loss before and after, as the job's own events tell it."""
    figures = [it for it in job.events.values_list("data", flat=True) if it.get("step") is not None]
    return held_out_losses(sorted(figures, key=lambda data: data["step"]))


def _in_order(exam: Exam, items: Iterable[EvaluationItem]) -> Answers:
    found: dict[str, dict[str, EvaluationItem]] = defaultdict(dict)
    for it in items:
        found[it.variant][it.question] = it
    return {
        variant: [found[variant][asked.text] for asked in exam.questions]
        for variant in Variant.values
        if variant in found
    }


def _means(items: Sequence[EvaluationItem]) -> dict[str, float | None]:
    return {
        "chrf": _mean(it.chrf for it in items),
        "similarity": _mean(it.similarity for it in items),
        "exact": _mean(it.exact for it in items),
        "judged": _mean(it.judged for it in items),
        "length": _mean(relative_length(it.answer, it.expected) for it in items),
        "other_language": _mean(strays(it.answer, it.expected) for it in items),
        "milliseconds": _mean(it.milliseconds for it in items),
    }


def _mean(values: Iterable[float | None]) -> float | None:
    known = [float(it) for it in values if it is not None]
    return round(fmean(known), 4) if known else None


def _differences(answers: Answers) -> dict[str, dict[str, Any]]:
    return {
        rival: {measure: _interval(answers, rival, measure) for measure in MEASURES}
        for rival in answers
        if rival != Variant.TUNED
    }


def _interval(
    answers: Answers, rival: str, measure: str, *, among: Iterable[int] | None = None
) -> dict[str, float] | None:
    """The candidate minus ``rival``, over the questions whose numbers are ``among`` them."""
    tuned = answers.get(Variant.TUNED, [])
    pairs = [
        (getattr(tuned[number], measure), getattr(answers[rival][number], measure))
        for number in (range(len(tuned)) if among is None else among)
    ]
    known = [float(own) - float(other) for own, other in pairs if None not in (own, other)]
    interval = paired(known)
    return interval.as_json() if interval else None


def _topics(
    exam: Exam, answers: Answers, rivals: Sequence[str], measure: str
) -> Iterable[dict[str, Any]]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, asked in enumerate(exam.questions):
        if asked.topic:
            numbers[asked.topic].append(number)
    for topic, among in numbers.items():
        yield {
            "topic": topic,
            "critical": any(exam.questions[number].critical for number in among),
            "questions": len(among),
            "differences": {
                rival: _interval(answers, rival, measure, among=among) for rival in rivals
            },
        }


def _probes(items: Iterable[EvaluationItem]) -> dict[str, Any]:
    """How many each passed, and those that the base passes and the candidate does not."""
    passed: dict[str, dict[str, bool]] = defaultdict(dict)
    kinds: dict[str, str] = {}
    for it in items:
        passed[it.variant][it.question] = bool(it.passed)
        kinds[it.question] = it.topic
    base, tuned = passed[Variant.BASE], passed[Variant.TUNED]
    lost = [text for text, ok in tuned.items() if base.get(text) and not ok]
    return {
        "asked": len(tuned),
        "passed": {variant: sum(found.values()) for variant, found in passed.items()},
        "regressions": [{"kind": kinds[text], "question": text} for text in lost],
    }


def _loss(job: FineTuningJob) -> dict[str, float | None]:
    before, after = losses_of(job) or (None, None)
    return {"before": before, "after": after}
