"""Dataset versions: made of what curation keeps, never changed, at each provider once."""

from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from conversations.models import Conversation
from core import audit, llm
from core.errors import Refusal
from core.models import Domain, PromptVersion
from finetune import curation, remote
from finetune.curation import MINIMUM, Exclusion, Selection, Split
from finetune.formats import chat_file, fingerprint
from finetune.models import Dataset, DatasetItem, Part, ProviderFile

SHOWN = 10  # exclusions that a refusal carries (requirements, 2.2)


class NotEnough(Refusal):
    """Too few examples are left to train on; ``details`` say how many, and why."""

    code = "not_enough_examples"


class DoesNotTrain(Refusal):
    """The provider is not set up for training."""

    code = "provider_does_not_train"


def prepare(
    domain: Domain,
    *,
    ids: Collection[int] | None = None,
    skip_negative: bool = True,
    provider: str | None = None,
    by: str,
) -> tuple[Dataset, ProviderFile]:
    """Make the domain's dataset as of now and upload it; the same content is the same version.

    Returns the dataset and its training part at ``provider`` (by default the domain's). Raises
    :class:`NotEnough`, :class:`DoesNotTrain`, or what the provider fails with: then nothing was
    uploaded.
    """
    selection = curation.candidates(domain, ids=ids, skip_negative=skip_negative)
    chosen = None if ids is None else len(ids)
    filters = {"skip_negative": skip_negative, "chosen": chosen}
    return keep(domain, selection, provider=provider, by=by, filters=filters)


def keep(
    domain: Domain,
    selection: Selection,
    *,
    provider: str | None = None,
    by: str,
    filters: dict[str, Any] | None = None,
) -> tuple[Dataset, ProviderFile]:
    """:func:`prepare`, for a selection made before; ``filters`` say how it was made."""
    parts = curation.split(selection.kept)
    refuse_too_few(selection, parts)
    name = provider or domain.training_provider
    refuse_untrained(name)
    remote.model(name, domain.base_model)  # whether anybody is there, before anything is kept
    dataset = _store(domain, selection, parts, by=by, filters=filters or {})
    return dataset, upload(dataset, name)


def refuse_too_few(selection: Selection, parts: Split) -> None:
    """Raise :class:`NotEnough` below the provider's minimum of training examples."""
    ready = len(parts.train)
    if ready >= MINIMUM:
        return
    raise NotEnough(
        f"Faltan {MINIMUM - ready} ejemplos: hay {ready} listos y hacen falta {MINIMUM}. "
        f"Cumplen los requisitos {selection.considered} conversaciones y se excluyeron "
        f"{len(selection.excluded)}.",
        minimo=MINIMUM,
        listas=ready,
        faltan=MINIMUM - ready,
        consideradas=selection.considered,
        excluidas=len(selection.excluded),
        detalles_exclusion=[_without_words(it) for it in selection.excluded[:SHOWN]],
    )


def refuse_untrained(provider: str) -> None:
    """Raise :class:`DoesNotTrain` when the provider's settings say that it trains nothing."""
    if not llm.provider(provider).trains:
        raise DoesNotTrain(
            f"El proveedor «{provider}» no entrena modelos. Elija otro para el dominio.",
            proveedor=provider,
        )


def upload(dataset: Dataset, provider: str) -> ProviderFile:
    """The training part at ``provider``; both parts are sent there if they are not there yet."""
    files = {
        part: _file(dataset, provider, part, content)
        for part, content in contents(dataset).items()
        if content
    }
    return files[Part.TRAIN]


def contents(dataset: Dataset) -> dict[str, bytes]:
    """The dataset's files as they are uploaded, byte for byte the same each time."""
    pairs: dict[str, list[tuple[str, str]]] = {Part.TRAIN: [], Part.VALID: []}
    for part, question, answer in dataset.items.values_list("part", "question", "answer"):
        pairs[part].append((question, answer))
    return {part: chat_file(dataset.prompt.text, rows) for part, rows in pairs.items()}


def refuse_withdrawn(dataset: Dataset) -> None:
    """Raise a refusal when a person in the dataset no longer agrees to training.

    Consent is asked again at every use. Where the conversation is gone, nobody can be asked.
    """
    agreed = Conversation.objects.consented()
    if gone := dataset.items.exclude(conversation__in=agreed).count():
        raise Refusal(
            f"{gone} ejemplos son de personas que retiraron su permiso, o ya no existen. "
            "Prepare los datos otra vez.",
            code="consent_withdrawn",
            ejemplos=gone,
        )


def _store(
    domain: Domain, selection: Selection, parts: Split, *, by: str, filters: dict[str, Any]
) -> Dataset:
    prompt = domain.prompt
    sha256 = fingerprint(_lines(prompt, parts.train), _lines(prompt, parts.valid))
    with transaction.atomic():
        Domain.objects.select_for_update(no_key=True).get(pk=domain.pk)  # one number each
        if known := domain.datasets.filter(sha256=sha256).first():
            return known
        newest = domain.datasets.order_by("-number").first()
        dataset = Dataset.objects.create(
            domain=domain,
            number=newest.number + 1 if newest else 1,
            prompt=prompt,
            sha256=sha256,
            filters={"min_stars": domain.min_stars, **filters},
            considered=selection.considered,
            excluded=[_without_words(it) for it in selection.excluded],
            created_by=by,
        )
        DatasetItem.objects.bulk_create(
            [*_items(dataset, Part.TRAIN, parts.train), *_items(dataset, Part.VALID, parts.valid)]
        )
        audit.record("dataset_prepared", dataset, by=by, sha256=sha256)
    return dataset


def _without_words(exclusion: Exclusion) -> dict[str, Any]:
    """What a log or a dataset, which never changes, may hold: nothing that a person wrote."""
    return {"id": exclusion["id"], "razon": exclusion["razon"]}


def _lines(prompt: PromptVersion, rows: list[Conversation]) -> bytes:
    return chat_file(prompt.text, ((row.question, row.answer) for row in rows))


def _items(dataset: Dataset, part: str, rows: list[Conversation]) -> list[DatasetItem]:
    return [
        DatasetItem(
            dataset=dataset,
            conversation=row,
            position=position,
            part=part,
            question=row.question,
            answer=row.answer,
            sha256=fingerprint(_lines(dataset.prompt, [row])),
        )
        for position, row in enumerate(rows, start=1)
    ]


def _file(dataset: Dataset, provider: str, part: str, content: bytes) -> ProviderFile:
    """The row of an uploaded part; a file that an upload cut short left there is adopted."""
    rows = ProviderFile.objects.filter(dataset=dataset, provider=provider, part=part)
    known = rows.first()
    if known and remote.has_file(provider, known.file_id):
        return known
    name = f"{dataset.domain.slug}-v{dataset.number}-{dataset.sha256[:16]}-{part}.jsonl"
    file_id = remote.find_file(provider, name=name, content=content)
    file_id = file_id or remote.upload(provider, name=name, content=content)
    if known:  # the provider lost the one we knew
        rows.filter(file_id=known.file_id).update(file_id=file_id, uploaded_at=timezone.now())
        return rows.get()
    try:
        with transaction.atomic():
            return ProviderFile.objects.create(
                dataset=dataset, provider=provider, part=part, file_id=file_id, bytes=len(content)
            )
    except IntegrityError:
        # Somebody prepared the same at the same moment; theirs is the one that counts.
        first = rows.get()
        if first.file_id != file_id:
            remote.delete_file(provider, file_id)
        return first
