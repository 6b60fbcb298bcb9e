"""A version at a provider: each part once, whatever is cut short on the way."""

import hashlib

from django.db import IntegrityError, transaction
from django.utils import timezone

from core.errors import Refusal
from finetune import formats, remote
from finetune.datasets.checking import refuse_erased, refuse_unlike
from finetune.datasets.writing import pieces
from finetune.formats.validation import FEWEST, MOST_BYTES
from finetune.models import Dataset, Method, Part, ProviderFile

FORMS = {Method.SUPERVISED: "chat", Method.DPO: "dpo"}


def upload(dataset: Dataset, provider: str, *, method: str = Method.SUPERVISED) -> ProviderFile:
    """The training part at ``provider``, in the form that ``method`` learns from.

    Both parts are sent there if they are not there yet. Raises a refusal for a version that lost
    lines to an erasure, is not what it was, is too large, or has too few corrected answers (DPO).
    """
    held = contents(dataset, method=method)
    if method == Method.DPO:
        _refuse_few_preferences(held[Part.TRAIN])
    _refuse_large(held)
    files = {
        part: _file(dataset, provider, part, method, content)
        for part, content in held.items()
        if content
    }
    return files[Part.TRAIN]


def contents(dataset: Dataset, *, method: str = Method.SUPERVISED) -> dict[str, bytes]:
    """The dataset's files as they are uploaded, byte for byte the same each time.

    Raises a refusal where they cannot be, or are not.
    """
    refuse_erased(dataset)
    system = dataset.prompt.bare
    trained, wanted = formats.LINES["chat"](system), formats.LINES[FORMS[Method(method)]](system)
    proof: list[bytes] = []
    made: dict[str, bytes] = {}
    for part in Part.values:
        rows = [row for piece in pieces(dataset, part) for row in piece]
        proof.append(hashlib.sha256(b"".join(trained(*row) for row in rows)).digest())
        made[part] = b"".join(wanted(*row) for row in rows)
    refuse_unlike(dataset, formats.combined(proof))
    return made


def _refuse_large(held: dict[str, bytes]) -> None:
    if (largest := max(map(len, held.values()))) > MOST_BYTES:
        raise Refusal(
            f"Un archivo de {largest} bytes es más de lo que un proveedor acepta ({MOST_BYTES}).",
            code="file_too_large",
            bytes=largest,
            maximo=MOST_BYTES,
        )


def _refuse_few_preferences(content: bytes) -> None:
    if (found := content.count(b"\n")) < FEWEST:
        raise Refusal(
            f"Hay {found} respuestas corregidas por una persona y para aprender preferencias "
            f"hacen falta {FEWEST}.",
            code="not_enough_preferences",
            minimo=FEWEST,
            listas=found,
            faltan=FEWEST - found,
        )


def _file(dataset: Dataset, provider: str, part: str, method: str, content: bytes) -> ProviderFile:
    """The row of an uploaded part; a file that an upload cut short left there is adopted."""
    own = {"dataset": dataset, "provider": provider, "part": part, "method": method}
    rows_of_it = ProviderFile.objects.filter(**own)
    known = rows_of_it.first()
    if known and remote.has_file(provider, known.file_id):
        return known
    name = _name(dataset, part, method)
    file_id = remote.find_file(provider, name=name, content=content)
    file_id = file_id or remote.upload(provider, name=name, content=content)
    if known:  # the provider lost the one we knew
        rows_of_it.filter(file_id=known.file_id).update(file_id=file_id, uploaded_at=timezone.now())
        return rows_of_it.get()
    try:
        with transaction.atomic():
            return ProviderFile.objects.create(**own, file_id=file_id, bytes=len(content))
    except IntegrityError:
        # Somebody prepared the same at the same moment; theirs is the one that counts.
        first = rows_of_it.get()
        if first.file_id != file_id:
            remote.delete_file(provider, file_id)
        return first


def name_of(dataset: Dataset) -> str:
    """How the names of all of a version's files begin, at any provider."""
    return f"{dataset.domain.slug}-v{dataset.number}-{dataset.sha256[:16]}-"


def _name(dataset: Dataset, part: str, method: str) -> str:
    form = "" if method == Method.SUPERVISED else f"-{method}"
    return f"{name_of(dataset)}{part}{form}.jsonl"
