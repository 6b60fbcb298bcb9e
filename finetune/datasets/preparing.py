"""From a domain's conversations to a version at its provider."""

from collections.abc import Collection
from typing import Any

from core import llm
from core.errors import Refusal
from core.models import Domain
from finetune import availability, curation
from finetune.curation import MINIMUM, Selection, Split
from finetune.datasets.uploading import upload
from finetune.datasets.versions import store, without_words
from finetune.models import Dataset, ProviderFile

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
    :class:`NotEnough`, :class:`DoesNotTrain`, :class:`LeakFound`, a refusal for a base that is not
    trained any more, or what the provider fails with: then nothing was uploaded.
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
    availability.trainable(name, domain.base_model)  # before anything is kept or sent
    dataset = store(domain, selection, parts, by=by, filters=filters or {})
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
        detalles_exclusion=[without_words(it) for it in selection.excluded[:SHOWN]],
    )


def refuse_untrained(provider: str) -> None:
    """Raise :class:`DoesNotTrain` when the provider's settings say that it trains nothing."""
    if not llm.provider(provider).trains:
        raise DoesNotTrain(
            f"El proveedor «{provider}» no entrena modelos. Elija otro para el dominio.",
            proveedor=provider,
        )
