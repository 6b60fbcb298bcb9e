"""Forgetting a person in what was made to learn from: datasets, exports, files at providers.

A dataset version never changes, so what they said leaves a tombstone in it: its place and its
hash, no text. What a model has learnt cannot be taken out of it: every such model is flagged
(``TrainedModel.objects.of_erased()``), and its version trains nothing any more.
"""

import logging
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from conversations.erasure import to_forget
from conversations.models import Person
from core import audit
from core.errors import ModelRefused, Refusal
from core.models import Domain
from finetune import remote
from finetune.datasets import name_of
from finetune.models import (
    BlindVote,
    Dataset,
    DatasetItem,
    Deployment,
    Evaluating,
    EvaluationItem,
    Export,
    FileRemoval,
    ProviderFile,
    TrainedModel,
)

logger = logging.getLogger(__name__)

SECONDS = 60  # for one file at a provider
AFTER_UPLOADS = timedelta(minutes=5)  # none takes longer


def forget(person: Person) -> dict[str, int]:
    """Remove what ``person`` said before they withdrew from everything in this room.

    Return how much of each kind went; a second call finds nothing. Files at providers are deleted
    by :func:`remove_due`, which waits for as long as a provider is away. Called before the
    exchanges themselves go (``settings.ERASERS``).
    """
    # Files take no part in a transaction: they go first, so that a failure repeats all of it.
    exports = list(Export.objects.filter(_holding(person)).distinct())
    for it in exports:
        _remove_export(it)
    with transaction.atomic():
        # As preparing does: no version is being made of them at the same moment.
        Domain.objects.select_for_update(no_key=True).get(pk=person.domain_id)
        items = _items_of(person).filter(erased_at=None)
        datasets = Dataset.objects.filter(pk__in=list(items.values_list("dataset", flat=True)))
        # Whoever is evaluating with these lines writes nothing more, and reads them again.
        sitting = Evaluating.objects.filter(evaluation__finished_at=None)
        sitting.filter(evaluation__model__job__dataset__in=datasets).again()
        copied = _remove_copies(person, items)
        files = _ask_for_removal(ProviderFile.objects.filter(dataset__in=datasets))
        _look_later_for_more(datasets)
        Deployment.objects.filter(model__job__dataset__in=datasets).update(checks=[])
        erased = items.update(question="", answer="", rejected="", erased_at=Now())
        counts = {"items": erased, "copies": copied, "files": files, "exports": len(exports)}
        gone = {name: total for name, total in counts.items() if total}
        if gone:
            models = TrainedModel.objects.filter(job__dataset__in=datasets).order_by("pk")
            flagged = list(models.values_list("pk", flat=True))
            audit.record("person_erased_from_data", person, by="erasure", models=flagged, **gone)
    return gone


def remove_due(*, limit: int = 100) -> str:
    """Delete at their providers the files that wait for it, up to ``limit``; what came of it.

    A file that a provider no longer has is deleted. One whose provider is away, or refuses, is
    tried again for ever. What was on its way while somebody was erased is caught here.
    """
    _catch_latecomers()
    FileRemoval.objects.retry()
    removed = waiting = 0
    while removed + waiting < limit:
        claimed = FileRemoval.objects.claim(limit=1, seconds=SECONDS)
        if not claimed:
            break
        done = _remove_there(claimed[0])
        removed += done
        waiting += not done
    return f"{removed} removed, {waiting} waiting"


def _items_of(person: Person) -> QuerySet[DatasetItem]:
    """Of what they said before they withdrew; where the exchange is gone, nobody can tell when."""
    return DatasetItem.objects.filter(
        Q(conversation__in=to_forget(person)) | Q(person=person, conversation=None)
    )


def _holding(person: Person) -> Q:
    return Q(people=person) | Q(dataset__items__in=_items_of(person).filter(erased_at=None))


def _remove_export(export: Export) -> None:
    folder = f"exports/{export.key}"
    try:
        _, names = default_storage.listdir(folder)
    except FileNotFoundError:
        names = []
    for name in names:
        default_storage.delete(f"{folder}/{name}")
    default_storage.delete(folder)
    export.delete()


def _remove_copies(person: Person, items: QuerySet[DatasetItem]) -> int:
    """Answers and votes of evaluations that asked what the person had asked."""
    asked = Q(question__in=items.values("question"))
    asked |= Q(question__in=to_forget(person).values("question"))
    return sum(
        model._default_manager.filter(asked).delete()[0] for model in (EvaluationItem, BlindVote)
    )


def _ask_for_removal(files: QuerySet[ProviderFile]) -> int:
    FileRemoval.objects.bulk_create(
        [FileRemoval(provider=it.provider, file_id=it.file_id) for it in files],
        ignore_conflicts=True,
    )
    return files.delete()[0]


def _look_later_for_more(datasets: QuerySet[Dataset]) -> None:
    """An upload that died after sending left a file that no row knows: its name tells it."""
    for dataset in datasets.select_related("domain"):
        providers = {dataset.domain.training_provider}
        providers |= set(dataset.jobs.values_list("provider", flat=True))
        FileRemoval.objects.bulk_create(
            [
                FileRemoval(
                    provider=name,
                    file_id=name_of(dataset),
                    by_name=True,
                    next_at=Now() + AFTER_UPLOADS,
                )
                for name in sorted(providers)
            ],
            ignore_conflicts=True,
        )


def _catch_latecomers() -> None:
    """An upload or an export that had read a version before it lost lines ended after that."""
    lost = DatasetItem.objects.erased().filter(dataset=OuterRef("pk"))
    datasets = Dataset.objects.filter(Exists(lost))
    for export in Export.objects.filter(dataset__in=datasets):
        _remove_export(export)
    with transaction.atomic():
        _ask_for_removal(ProviderFile.objects.filter(dataset__in=datasets))


def _remove_there(removal: FileRemoval) -> bool:
    try:
        for file_id in _meant(removal):
            remote.delete_file(removal.provider, file_id)
    except Refusal as refusal:
        if not (isinstance(refusal, ModelRefused) and remote.is_unknown(refusal)):
            logger.warning("File removal %s waits: %s", removal.pk, refusal)
            removal.put_back()
            return False
    return removal.finish()


def _meant(removal: FileRemoval) -> list[str]:
    if removal.by_name:
        return remote.files_named(removal.provider, removal.file_id)
    return [removal.file_id]
