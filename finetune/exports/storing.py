"""An export's files in storage, all or none, and the row that knows whose words they hold."""

import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import IO, Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from conversations.models import Person
from core import audit
from core.errors import NotFound
from core.models import Domain
from finetune import datasets
from finetune.exports.companions import companions
from finetune.models import Dataset, Export, Part

DOCUMENTED = ("completion", "chat")  # S3's lines, and what is trained (requirements, D15)
FOLDER = "exports"

Files = dict[str, dict[str, Any]]


def take_away(
    dataset: Dataset,
    *,
    forms: Collection[str],
    with_companions: bool = False,
    source: str = "",
    parameters: Mapping[str, Any] | None = None,
    by: str,
) -> Export:
    """Put a version's files into storage, under a folder whose name nobody can guess.

    With companions, the settings of other trainers, the manifest, the card and a Modelfile lie
    beside the lines. Raises what :func:`finetune.datasets.write` does, and a refusal when a
    person in it no longer agrees: then nothing is left there.
    """
    datasets.refuse_withdrawn(dataset)
    made = Export(
        domain=dataset.domain,
        dataset=dataset,
        source=source,
        parameters={**(parameters or {}), "forms": list(forms)},
        created_by=by,
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made.files = _lines(dataset, folder, forms)
        if with_companions:
            made.files |= _companions(dataset, folder)
        _store(made, dataset, folder)
    return made


def path_of(export: Export, name: str) -> str:
    """Where a file of an export lies in storage."""
    return f"{FOLDER}/{export.key}/{name}"


def opened(export: Export, name: str, *, by: str) -> IO[bytes]:
    """A file of an export, for who may have it; it is written down who took it.

    Raises :class:`NotFound` for a name that is none of its files, and a refusal when a person in
    it took their consent back since.
    """
    if name not in export.files or not default_storage.exists(path_of(export, name)):
        raise NotFound("No existe ese archivo.", archivo="not_found")
    if export.dataset:
        datasets.refuse_withdrawn(export.dataset)
    audit.record("export_downloaded", export, by=by, file=name)
    return default_storage.open(path_of(export, name))


def counts(export: Export) -> dict[str, int]:
    """How many examples each part has."""
    return {part: export.files[f"{part}.chat.jsonl"]["lines"] for part in Part.values}


def _lines(dataset: Dataset, folder: Path, forms: Collection[str]) -> Files:
    written = datasets.write(dataset, folder, forms=forms)
    return {
        name: {"lines": it.lines, "bytes": it.bytes, "sha256": it.sha256}
        for name, it in written.items()
    }


def _companions(dataset: Dataset, folder: Path) -> Files:
    files = {}
    for name, text in companions(dataset).items():
        content = text.encode()
        (folder / name).write_bytes(content)
        files[name] = {"bytes": len(content)}
    return files


def _store(export: Export, dataset: Dataset, folder: Path) -> None:
    """Files take no part in a transaction: they come first, and go again if the row cannot be."""
    stored: list[str] = []
    try:
        for name in export.files:
            with (folder / name).open("rb") as file:
                stored.append(default_storage.save(path_of(export, name), File(file)))
        with transaction.atomic():
            # As erasing does: nobody leaves the version between this look and the row.
            Domain.objects.select_for_update(no_key=True).get(pk=export.domain_id)
            datasets.refuse_withdrawn(dataset)
            export.save(force_insert=True)
            export.people.set(Person.objects.filter(dataset_items__dataset=dataset).distinct())
            told = {"dataset": dataset.pk, "source": export.source, **counts(export)}
            audit.record("dataset_exported", export, by=export.created_by, **told)
    except BaseException:
        for name in stored:
            default_storage.delete(name)
        raise
