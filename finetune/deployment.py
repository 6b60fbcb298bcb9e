"""A trained model in another place: as files, or in a running Ollama.

It counts as deployed once five fixed prompts, the first of the data that was kept apart, are
answered there as the trained model answers them. Packing takes minutes, so :func:`deploy` asks for
it and :func:`go_on`, each minute, looks whether it is done.
"""

import logging
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django_q.tasks import async_task

from core import audit
from core.errors import Conflict, ModelUnavailable, Refusal
from core.models import Domain
from core.work import WorkQuerySet, WorkState
from finetune import ollama, packages
from finetune.formats import modelfile
from finetune.models import Deployment, Target, TrainedModel
from finetune.packages import Check, Package, Packed

logger = logging.getLogger(__name__)

FILES = {
    Target.ADAPTER: packages.ADAPTER,
    Target.GGUF: packages.GGUF,
    Target.OLLAMA: packages.GGUF,
}
LEASE_SECONDS = 150  # longer than the queue lets a task live
AT_ONCE = timedelta(0)  # the queue asks each minute anyway


@dataclass(frozen=True)
class Answered:
    """A prompt as the trained model answers it, and as what was deployed does."""

    check: Check
    answer: str

    @property
    def equal(self) -> bool:
        """Word for word, as in the library that trained it or as it is served."""
        said = self.answer.strip()
        return said in (self.check.expected.strip(), self.check.served.strip())

    def as_json(self) -> dict[str, Any]:
        return {
            "question": self.check.messages[-1]["content"],
            "expected": self.check.expected,
            "answer": self.answer,
            "equal": self.equal,
        }


def deploy(model: TrainedModel, target: str, *, by: str) -> Deployment:
    """Have a model packed for ``target``; the one that is under way, if there is one.

    Nothing is stored when it is refused: :class:`~finetune.packages.NotPacked` (its provider
    gives no files), :class:`~finetune.ollama.NoOllama`, or :class:`ModelUnavailable`.
    """
    if target == Target.OLLAMA:
        ollama.version()
    packages.begin(model.provider, model.name)
    with transaction.atomic():
        _locked(model)
        under_way = waiting().filter(model=model, target=target).first()
        if under_way:
            return under_way
        made = Deployment.objects.create(model=model, target=target, created_by=by)
        async_task("finetune.tasks.deploy_waiting")
        audit.record("model_deployment_asked", model, by=by, target=str(target))
    return made


def waiting() -> WorkQuerySet:
    """Those that have not ended, oldest first."""
    return Deployment.objects.waiting().select_related("model__domain").order_by("pk")


def go_on(deployment: Deployment) -> bool:
    """Do what can be done now, unless another is at it; whether it has ended, well or with ``why``.

    To do it twice is harmless; one that killed its worker five times is given up. Raises
    :class:`ModelUnavailable` when it is worth another try.
    """
    claimed = waiting().filter(pk=deployment.pk).claim(limit=1, seconds=LEASE_SECONDS)
    try:
        for row in claimed:
            _try(row)
    finally:
        deployment.refresh_from_db()
    return deployment.state != WorkState.WAITING


def _try(deployment: Deployment) -> None:
    model = deployment.model
    try:
        package = packages.look(model.provider, model.name)
        if package.status == "building":
            deployment.put_back(pause=AT_ONCE)
            return
        _refuse_unlike(package)
        put = _into_ollama if deployment.target == Target.OLLAMA else _as_file
        name, answers = put(deployment, package)
    except ModelUnavailable:
        deployment.put_back(pause=AT_ONCE)
        raise
    except Refusal as refusal:
        _end(deployment, error=str(refusal))
        return
    error = _difference(answers)
    file = _main(deployment, package)
    _end(deployment, name=name, sha256=file.sha256, answers=answers, error=error)


def go_on_waiting() -> str:
    """:func:`go_on` with each that waits, one failure stops no other; say what came of it."""
    rows = list(waiting())
    ended = 0
    for row in rows:
        try:
            ended += go_on(row)
        except ModelUnavailable as error:
            logger.warning("Deployment %s is tried again: %s", row.pk, error)
    return f"{len(rows)} waiting: {ended} ended"


def take(deployment: Deployment, folder: Path, *, by: str) -> Path:
    """Write the file of a checked deployment into ``folder``; it is written down who took it.

    Raises :class:`Conflict` when it was not checked, or was packed anew since, and what
    :func:`finetune.packages.look` raises.
    """
    model = deployment.model
    file = packages.look(model.provider, model.name).files.get(FILES[Target(deployment.target)])
    if not (deployment.checked_at and file and file.sha256 == deployment.sha256):
        raise Conflict("El archivo no es el que se comprobó: despliegue el modelo otra vez.")
    path = folder / file.name
    packages.fetch(model.provider, model.name, file, path)
    audit.record("model_file_taken", model, by=by, file=file.name)
    return path


def _refuse_unlike(package: Package) -> None:
    if package.status == "failed":
        raise Refusal(f"No se pudo empaquetar: {package.error}", code="not_packed")
    if not package.checks:
        raise Refusal("El paquete no se comprobó.", code="not_checked")


def _as_file(deployment: Deployment, package: Package) -> tuple[str, list[Answered]]:
    """The provider keeps the files and has asked the merged one, which holds the adapter."""
    answers = [Answered(check, check.packed) for check in package.checks]
    return _main(deployment, package).name, answers


def _into_ollama(deployment: Deployment, package: Package) -> tuple[str, list[Answered]]:
    """Make the model there, and ask it the same prompts as the trained one."""
    model = deployment.model
    name = f"{model.domain.slug}-bot:{model.pk}"
    with tempfile.TemporaryDirectory() as folder:
        gguf, recipe = Path(folder, packages.GGUF), Path(folder, packages.MODELFILE)
        for path in (gguf, recipe):
            packages.fetch(model.provider, model.name, package.files[path.name], path)
        ollama.create(
            name,
            gguf,
            sha256=package.files[packages.GGUF].sha256,
            recipe=modelfile.read(recipe.read_text("utf-8")),
        )
    answers = [
        Answered(it, ollama.answer(name, it.messages, most_tokens=package.most_tokens))
        for it in package.checks
    ]
    return name, answers


def _main(deployment: Deployment, package: Package) -> Packed:
    return package.files[FILES[Target(deployment.target)]]


def _difference(answers: Sequence[Answered]) -> str:
    different = sum(not it.equal for it in answers)
    if not different:
        return ""
    return f"Contesta distinto que el modelo entrenado en {different} de {len(answers)} preguntas."


@transaction.atomic
def _end(
    deployment: Deployment,
    *,
    error: str,
    name: str = "",
    sha256: str = "",
    answers: Sequence[Answered] = (),
) -> None:
    """Write down the end, once. Of data with an erased person the prompts are not kept."""
    _locked(deployment.model)
    kept = [] if deployment.model.learnt_from_erased else [it.as_json() for it in answers]
    deployment.end(error=error, name=name, sha256=sha256, checks=kept)


def _locked(model: TrainedModel) -> None:
    """Until the end of the transaction nobody is erased from its data."""
    Domain.objects.select_for_update(no_key=True).get(pk=model.domain_id)
