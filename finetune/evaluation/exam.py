"""What a model is asked in an evaluation: frozen questions with their answers, and probes."""

import hashlib
import json
from dataclasses import dataclass
from typing import NamedTuple

from conversations.keys import words
from core.models import Domain
from finetune.models import (
    Evaluation,
    EvaluationQuestion,
    Part,
    QuestionKind,
    TrainedModel,
)
from finetune.probes import EVERY, Probe


class Question(NamedTuple):
    """A question and its approved answer; never trained on."""

    text: str
    answer: str
    topic: str = ""
    critical: bool = False
    structured: bool = False


@dataclass(frozen=True)
class Exam:
    questions: tuple[Question, ...]
    probes: tuple[Probe, ...] = EVERY

    @property
    def hash(self) -> str:
        """64 hexadecimal digits that change with any question, answer, mark or probe."""
        probes = [(it.kind, it.text, it.forbidden) for it in self.probes]
        content = json.dumps([self.questions, probes], ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()


def exam_of(model: TrainedModel) -> Exam:
    """What ``model`` is asked: its domain's frozen questions and every probe.

    A domain without frozen questions is asked what was held out of the model's own training.
    """
    frozen = EvaluationQuestion.objects.filter(domain=model.domain).order_by("pk")
    asked = [_question(it) for it in frozen if it.kind == QuestionKind.QUESTION]
    probes = [_probe(it) for it in frozen if it.kind == QuestionKind.PROBE]
    known = {it.text for it in EVERY}
    own = [it for it in probes if it.text not in known]
    return Exam(tuple(asked or held_out(model)), (*EVERY, *own))


def held_out(model: TrainedModel) -> list[Question]:
    """The questions kept apart from the model's training, each once with its first answer."""
    rows = model.job.dataset.items.filter(part=Part.VALID, erased_at=None).order_by("position")
    first: dict[frozenset[str], Question] = {}
    for question, answer, category in rows.values_list("question", "answer", "category"):
        first.setdefault(words(question), Question(question, answer, category))
    return list(first.values())


def stale_because(evaluation: Evaluation) -> list[str]:
    """Why an evaluation says nothing of today any more; empty while it does.

    The questions, the domain's prompt, or the model that it was compared with have changed.
    """
    model, serving = evaluation.model, in_service(evaluation.domain)
    found = {
        "Las preguntas de evaluación cambiaron.": exam_of(model).hash != evaluation.set_hash,
        "El prompt del dominio cambió.": evaluation.prompt_id != model.domain.prompt.pk,
        "El modelo en servicio es otro.": serving not in (evaluation.incumbent, model),
    }
    return [reason for reason, holds in found.items() if holds]


def in_service(domain: Domain) -> TrainedModel | None:
    """The trained model that answers in ``domain`` now, with its prompt and job."""
    found = TrainedModel.objects.in_service().filter(domain=domain)
    return found.select_related("prompt", "job").first()


def measure_of(domain: Domain) -> str:
    """What the domain's gate compares: ``chrf``, or ``similarity`` or ``exact`` by its texts."""
    return str(domain.texts.get("medida") or "chrf")


def _question(row: EvaluationQuestion) -> Question:
    return Question(row.question, row.answer, row.topic, row.critical, row.structured)


def _probe(row: EvaluationQuestion) -> Probe:
    return Probe(row.topic or "propias del dominio", row.question, tuple(row.forbidden))
