"""From a domain's conversations to a model packed for use elsewhere, by commands of one machine.

Each step looks first whether it was done: after a failure the same command goes on where it was.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from core import llm
from core.errors import Refusal
from core.models import Domain
from finetune import datasets, deployment, ollama, remote, training
from finetune.models import (
    Dataset,
    Deployment,
    FineTuningJob,
    JobStatus,
    Method,
    Part,
    ProviderFile,
    Target,
    TrainedModel,
)
from rag import assistant
from trainingsite.following import SECONDS_BETWEEN_LOOKS, follow

TOKENS = 120  # of an answer; a base that rambles costs minutes otherwise
GREEDY: dict[str, Any] = {"temperature": 0, "max_tokens": TOKENS}


@dataclass
class LocalTraining:
    """One run in ``domain``; ``question`` is asked at the end, ``say`` hears every step.

    The merged file is copied into ``folder``, where there is one.
    """

    domain: Domain
    question: str
    by: str
    say: Callable[[str], None]
    epochs: int | None = None
    folder: Path | None = None

    def run(self) -> TrainedModel:
        """Go through every step and return the model. A refusal of any of them is raised."""
        provider, base = llm.split_model(
            self.domain.base_model, default=self.domain.training_provider
        )
        remote.model(provider, base)  # is anybody there?
        self.say(f"1/4 Datos de «{self.domain.slug}»")
        dataset, file = self._prepare(provider)
        self.say(f"2/4 Entrenamiento de {base}")
        model = self._train(dataset, file, base)
        self.say("3/4 Empaquetado")
        made = [self._deploy(model, target) for target in self._targets()]
        self._copy(made[0])
        self.say(f"4/4 Prueba: {self.question}")
        self._ask(model, made)
        return model

    def _prepare(self, provider: str) -> tuple[Dataset, ProviderFile]:
        dataset, file = datasets.prepare(self.domain, provider=provider, by=self.by)
        parts = {it: dataset.items.filter(part=it).count() for it in Part.values}
        self.say(
            f"  {dataset}: {parts[Part.TRAIN]} ejemplos para entrenar, "
            f"{parts[Part.VALID]} apartados"
        )
        return dataset, file

    def _train(self, dataset: Dataset, file: ProviderFile, base: str) -> TrainedModel:
        """The model of this data and base: trained before, under way, or from now on."""
        same = FineTuningJob.objects.filter(
            dataset=dataset,
            provider=file.provider,
            base_model=base,
            epochs=self.epochs,
            method=Method.SUPERVISED,
        )
        known = same.filter(status=JobStatus.SUCCEEDED, model__gone_at=None).first()
        if known:
            self.say(f"  Ya estaba entrenado: {known.model}")
            return known.model
        job = same.live().first() or training.start(
            self.domain, file_id=file.file_id, epochs=self.epochs, by=self.by
        )
        follow(job, self.say)
        self.say(f"  Modelo: {job.model}")
        return job.model

    def _targets(self) -> list[Target]:
        return [Target.GGUF, Target.OLLAMA] if settings.OLLAMA_URL else [Target.GGUF]

    def _deploy(self, model: TrainedModel, target: Target) -> Deployment:
        done = model.deployments.filter(target=target, checked_at__isnull=False).first()
        row = done or deployment.deploy(model, target, by=self.by)
        while not (row.checked_at or deployment.go_on(row)):
            time.sleep(SECONDS_BETWEEN_LOOKS)
        if row.why:
            raise Refusal(row.why, code="not_deployed")
        alike = sum(it["equal"] for it in row.checks)
        self.say(
            f"  {target.label}: {row.name}, {alike} de {len(row.checks)} respuestas "
            f"iguales a las del modelo entrenado, sha256 {row.sha256[:12]}…"
        )
        return row

    def _copy(self, packed: Deployment) -> None:
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.say(f"  Copiado: {deployment.take(packed, self.folder, by=self.by)}")

    def _ask(self, model: TrainedModel, made: list[Deployment]) -> None:
        for who, tuned in (("sin entrenar", None), ("entrenado", model)):
            self.say(f"  {who}: {self._answer(tuned)}")
        for row in made:
            if row.target == Target.OLLAMA:
                asked = assistant.messages(model.prompt.bare, self.question)
                said = ollama.answer(row.name, asked, most_tokens=TOKENS)
                self.say(f"  en Ollama: {said.strip()}")

    def _answer(self, tuned: TrainedModel | None) -> str:
        try:
            return assistant.ask(self.domain, self.question, (), tuned=tuned, **GREEDY).text
        except assistant.NothingSaid:
            return "(nada)"
        except assistant.Withheld:
            return "(sus instrucciones)"
