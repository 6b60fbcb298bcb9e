"""The whole loop without hands: from a file of exchanges to a model that answers, or a no.

Every step is a verb of the room it belongs to; this module calls them in order and counts.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from django.contrib.auth.models import User

from conversations import embedding
from conversations.importing import Report, import_path
from conversations.keys import words
from conversations.models import Conversation
from conversations.rating import rate
from core.errors import Conflict, Refusal
from core.models import Domain
from finetune import activation, datasets, evaluation, remote, training
from finetune.judge import judge_for
from finetune.models import Dataset, Evaluation, FineTuningJob, Part, TrainedModel
from rag.answerer import answerer
from trainingsite.following import follow

Item = TypeVar("Item")
Progress = Callable[[Iterable[Item], str], Iterable[Item]]
"""Wraps what a step goes through, with the step's name: a progress bar, or nothing."""

RULE = "4 estrellas si la respuesta tiene dos palabras o más y no repite la pregunta; si no, 2"
PROMPT = "Eres un asistente que conversa en español, con amabilidad y en pocas frases."
SHOWN = 5


@dataclass
class Outcome:
    """What the loop did, in numbers; :meth:`as_json` is what ``--json`` prints."""

    domain: Domain
    imported: Report
    rated: int = 0
    dataset: Dataset | None = None
    split: dict[str, int] = field(default_factory=dict)
    job: FineTuningJob | None = None
    evaluation: Evaluation | None = None
    activated: bool = False
    seconds: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        job, judged = self.job, self.evaluation
        return {
            "dominio": self.domain.slug,
            "importadas": len(self.imported.kept),
            "repetidas": self.imported.already,
            "sin_consentimiento": self.imported.no_consent,
            "ilegibles": self.imported.bad,
            "calificadas": self.rated,
            "conjunto": str(self.dataset) if self.dataset else None,
            "reparto": self.split,
            "entrenamiento": {
                "id": job.openai_job_id,
                "estado": job.status,
                "modelo": job.trained_model,
                "error": job.error,
            }
            if job
            else None,
            "evaluacion": judged.summary if judged else None,
            "razones": judged.reasons if judged else [],
            "activado": self.activated,
            "preguntas": shown(judged) if judged else [],
            "segundos": {name: round(value, 1) for name, value in self.seconds.items()},
        }


@dataclass
class Loop:
    """One run over ``path`` in ``domain``; ``by`` is the user whose decisions these are."""

    path: Path
    domain: Domain
    origin: str
    basis: str
    by: User
    progress: Progress[Any]
    say: Callable[[str], None]

    def run(self) -> Outcome:
        """Go through every step. A refusal (too few examples, no provider) is raised."""
        remote.model(self.domain.training_provider, self.domain.base_model)  # is anybody there?
        outcome = Outcome(self.domain, self._timed(None, "importar", self._import))
        self._tell_imported(outcome.imported)
        outcome.rated = self._timed(outcome, "calificar", lambda: self._rate(outcome.imported))
        self._timed(outcome, "vectores", self._embed)
        outcome.dataset = self._timed(outcome, "preparar", self._prepare)
        outcome.split = counts(outcome.dataset)
        self.say(f"Reparto: {outcome.split}")
        outcome.job = self._timed(outcome, "entrenar", lambda: self._train(outcome.dataset))
        model = outcome.job.model
        outcome.evaluation = self._timed(outcome, "evaluar", lambda: self._evaluate(model))
        if outcome.evaluation.better:
            outcome.activated = self._activate(model)
        return outcome

    def _activate(self, model: TrainedModel) -> bool:
        """Put the model in service, unless a second person has to agree first."""
        try:
            activation.activate(model, by=self.by.get_username())
        except activation.SecondPersonNeeded as needed:
            self.say(str(needed))
            return False
        return True

    def _timed(self, outcome: Outcome | None, step: str, work: Callable[[], Item]) -> Item:
        self.say(f"— {step}")
        started = time.monotonic()
        result = work()
        if outcome:
            outcome.seconds[step] = time.monotonic() - started
        return result

    def _import(self) -> Report:
        return import_path(
            self.path,
            domain=self.domain,
            origin=self.origin,
            basis=self.basis,
            progress=lambda lines: self.progress(lines, "importar"),
        )

    def _tell_imported(self, report: Report) -> None:
        """Say what became of the lines; a file without a good one is refused."""
        self.say(
            f"{len(report.kept)} importadas, {report.already} repetidas, "
            f"{report.no_consent} sin consentimiento, {len(report.bad)} ilegibles"
        )
        for place in report.bad[:SHOWN]:
            self.say(f"  {place}")
        if not (report.kept or report.already):
            reasons = "; ".join(report.bad[:SHOWN]) or "no hay líneas"
            raise Refusal(f"Nada de {self.path.name} se puede usar: {reasons}.", code="no_lines")

    def _rate(self, report: Report) -> int:
        """Give the lines' own stars, and by ``RULE`` to those that came without."""
        self.say(f"Regla: {RULE}")
        unrated = list(Conversation.objects.filter(domain=self.domain).rateable())
        for row in self.progress(unrated, "calificar"):
            rate(row, stars=report.stars.get(row.pk) or stars_by_rule(row), by=self.by)
        return len(unrated)

    def _embed(self) -> None:
        waiting = Conversation.objects.filter(embedding=None).count()
        for _ in self.progress(range(0, waiting, embedding.BATCH), "vectores"):
            embedding.fill(limit=embedding.BATCH)

    def _prepare(self) -> Dataset:
        dataset, _ = datasets.prepare(self.domain, by=self.by.get_username())
        return dataset

    def _train(self, dataset: Dataset | None) -> FineTuningJob:
        assert dataset  # noqa: S101  (prepared a line before)
        file = dataset.files.get(provider=self.domain.training_provider, part=Part.TRAIN)
        try:
            job = training.start(self.domain, file_id=file.file_id, by=self.by.get_username())
        except Conflict:
            job = dataset.jobs.live().get()
            self.say(f"Ya estaba en marcha: {job}")
        follow(job, self.say)
        return job

    def _evaluate(self, model: TrainedModel) -> Evaluation:
        """Have the model sit its exam; the queue may have begun with it meanwhile."""
        if not evaluation.exam_of(model).questions:
            raise Refusal("No hay preguntas apartadas con que evaluar: faltan conversaciones.")
        bar: Any = None

        def told(_done: int, total: int) -> None:
            nonlocal bar
            bar = bar or iter(self.progress(range(total), "evaluar"))
            next(bar, None)

        return evaluation.evaluate(
            model,
            answerer=answerer(model, evaluation.in_service(model.domain)),
            judge=judge_for(model.domain),
            progress=told,
            by=self.by.get_username(),
        )


def stars_by_rule(row: Conversation) -> int:
    """The stars that ``RULE`` gives: enough for what answers, too few for what does not."""
    said = words(row.answer)
    return 4 if len(said) >= 2 and said != words(row.question) else 2


def counts(dataset: Dataset) -> dict[str, int]:
    """Examples and distinct questions on each side of the split, and questions on both: none."""
    sides = {
        part: list(dataset.items.filter(part=part).values_list("question", flat=True))
        for part in Part.values
    }
    distinct = {part: {words(question) for question in said} for part, said in sides.items()}
    return {
        "ejemplos_entrenamiento": len(sides[Part.TRAIN]),
        "ejemplos_validacion": len(sides[Part.VALID]),
        "preguntas_entrenamiento": len(distinct[Part.TRAIN]),
        "preguntas_validacion": len(distinct[Part.VALID]),
        "preguntas_en_ambas": len(distinct[Part.TRAIN] & distinct[Part.VALID]),
    }


def shown(judged: Evaluation) -> list[dict[str, str]]:
    """The first held-out questions, with what each variant answered."""
    asked: dict[str, dict[str, str]] = {}
    for item in judged.items.filter(passed=None):
        row = asked.setdefault(
            item.question, {"pregunta": item.question, "esperada": item.expected}
        )
        row[item.variant] = item.answer
    return list(asked.values())[:SHOWN]
