"""Whether training helped: base, examples and trained model answer the same frozen questions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from django.db import transaction
from sacrebleu.metrics import CHRF

from core import audit, llm
from core.errors import ModelUnavailable
from finetune.models import (
    Evaluation,
    EvaluationItem,
    FineTuningJob,
    TrainedModel,
    Variant,
    Verdict,
)
from finetune.progress import held_out_losses

Question = tuple[str, str]
Answerer = Callable[[str, str], tuple[str, int]]
Progress = Callable[[int, int], None]

VARIANTS = (Variant.BASE, Variant.EXAMPLES, Variant.TUNED)
BATCH = 32  # texts embedded in one request


@dataclass(frozen=True)
class Decision:
    """Whether a model may replace the base, and why, in sentences for staff."""

    better: bool
    reasons: list[str]


def evaluate(
    model: TrainedModel,
    questions: Sequence[Question],
    *,
    answerer: Answerer,
    progress: Progress | None = None,
    by: str = "evaluation",
) -> Evaluation:
    """Ask every variant every question (with its approved answer) and keep what came of it.

    ``answerer`` takes a variant and a question and gives the text and the milliseconds it took;
    ``progress`` is told how many of how many are done. Nothing is kept when an answer fails.
    """
    items = list(_answers(questions, answerer, progress))
    _add_similarity(items)
    losses = losses_of(model.job)
    means = {variant: _means(items, variant) for variant in VARIANTS}
    decision = decide(losses, {variant: means[variant]["chrf"] for variant in VARIANTS})
    before, after = losses or (None, None)
    summary = means | {"loss": {"before": before, "after": after}, "questions": len(questions)}
    with transaction.atomic():
        evaluation = Evaluation.objects.create(
            domain=model.domain,
            model=model,
            summary=summary,
            verdict=Verdict.BETTER if decision.better else Verdict.WORSE,
            reasons=decision.reasons,
        )
        for item in items:
            item.evaluation = evaluation
        EvaluationItem.objects.bulk_create(items)
        audit.record("model_evaluated", evaluation, by=by, better=decision.better)
    return evaluation


def losses_of(job: FineTuningJob) -> tuple[float, float] | None:
    """The held-out loss before and after, as the job's own events tell it."""
    figures = [it for it in job.events.values_list("data", flat=True) if it.get("step") is not None]
    return held_out_losses(sorted(figures, key=lambda data: data["step"]))


def decide(losses: tuple[float, float] | None, chrf: Mapping[str, float | None]) -> Decision:
    """Better: the held-out loss fell, and the answers are as near to the approved ones as before.

    ``chrf`` is each variant's mean. What answers without training is the base with examples, so
    the trained model has to hold up against that and against the bare base; what was not measured
    proves nothing.
    """
    loss_fell, about_loss = _judge_loss(losses)
    reasons, not_worse = [about_loss], True
    for rival in (Variant.BASE, Variant.EXAMPLES):
        holds, about = _judge_answers(rival, chrf[rival], chrf[Variant.TUNED])
        not_worse = not_worse and holds
        reasons.append(about)
    return Decision(better=loss_fell and not_worse, reasons=reasons)


def _judge_loss(losses: tuple[float, float] | None) -> tuple[bool, str]:
    if losses is None:
        return False, "No hay pérdida de validación antes y después con que comparar."
    before, after = losses
    if after < before:
        return True, f"La pérdida de validación bajó de {before:.3f} a {after:.3f}."
    return False, f"La pérdida de validación no bajó: {before:.3f} antes, {after:.3f} después."


def _judge_answers(rival: Variant, theirs: float | None, tuned: float | None) -> tuple[bool, str]:
    if theirs is None or tuned is None:
        return False, "No hay preguntas de evaluación con que comparar las respuestas."
    measured = f"chrF {tuned:.1f} frente a {theirs:.1f} ({rival.label})"
    if tuned >= theirs:
        return True, f"Las respuestas no son peores: {measured}."
    return False, f"Las respuestas son peores: {measured}."


def _answers(
    questions: Sequence[Question], answerer: Answerer, progress: Progress | None
) -> Iterator[EvaluationItem]:
    metric = CHRF()
    total, done = len(questions) * len(VARIANTS), 0
    for variant in VARIANTS:
        for question, expected in questions:
            answer, milliseconds = answerer(variant, question)
            done += 1
            if progress:
                progress(done, total)
            yield EvaluationItem(
                variant=variant,
                question=question,
                expected=expected,
                answer=answer,
                chrf=metric.sentence_score(answer, [expected]).score,
                milliseconds=milliseconds,
            )


def _add_similarity(items: Sequence[EvaluationItem]) -> None:
    """Fill in how close each answer's meaning is; it stays unknown without an embedder."""
    texts = list(dict.fromkeys(text for it in items for text in (it.answer, it.expected) if text))
    try:
        vectors = dict(zip(texts, _embedded(texts), strict=True))
    except ModelUnavailable:
        return  # the answers took minutes; chrF and the loss are enough to decide
    for it in items:
        it.similarity = _cosine(vectors.get(it.answer), vectors.get(it.expected))


def _embedded(texts: Sequence[str]) -> list[list[float]]:
    batches = (texts[start : start + BATCH] for start in range(0, len(texts), BATCH))
    return [vector for batch in batches for vector in llm.embed(batch)]


def _cosine(one: list[float] | None, other: list[float] | None) -> float:
    """Of two vectors of unit length; an empty text is like nothing."""
    return sum(x * y for x, y in zip(one, other, strict=True)) if one and other else 0.0


def _means(items: Sequence[EvaluationItem], variant: str) -> dict[str, float | None]:
    own = [it for it in items if it.variant == variant]
    known = [it.similarity for it in own if it.similarity is not None]
    return {
        "chrf": fmean(it.chrf or 0 for it in own) if own else None,
        "similarity": fmean(known) if known else None,
        "milliseconds": fmean(it.milliseconds for it in own) if own else None,
    }
