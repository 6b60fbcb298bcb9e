"""What a version is refused for: personal data, lines nobody trains, people who left."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from conversations.categories import whitelist
from conversations.models import Conversation
from core.errors import Refusal
from core.models import Domain
from finetune.formats.validation import problems
from finetune.leakcheck import is_suspect, kinds, suspects
from finetune.models import Dataset, DatasetItem, Part

TOLD = 10  # lines that a refusal names
TEXTS = 3  # of a line: a question, its answer, the answer that was corrected


class LeakFound(Refusal):
    """The independent detector sees personal data; ``details`` name the lines and the kinds."""

    code = "personal_data_found"


def allowed_in(domain: Domain, conversations: QuerySet[Conversation]) -> list[str]:
    """What people declared harmless: for the whole domain, or reading one of ``conversations``."""
    read = conversations.exclude(unmasked=[]).values_list("unmasked", flat=True)
    per_row = (words for row in read for words in row)
    return sorted(filter(is_suspect, {*whitelist(domain), *per_row}), key=len, reverse=True)


def refuse_leaks(domain: Domain, items: Sequence[DatasetItem]) -> None:
    """Raise :class:`LeakFound` for the first lines with something that looks personal."""
    texts = [text for it in items for text in (it.question, it.answer, it.rejected)]
    if not (places := suspects(texts)):
        return
    close = [items[place // TEXTS] for place in places]
    rows = Conversation.objects.filter(pk__in=[it.conversation_id for it in close])
    allowed = allowed_in(domain, rows)
    found = (
        {"parte": str(item.part), "linea": item.position, "clase": kind}
        for item, place in zip(close, places, strict=True)
        for kind in kinds(texts[place], allowed=allowed)
    )
    if named := list(islice(found, TOLD)):
        raise leak(named)


def leak(named: list[dict[str, Any]]) -> LeakFound:
    """The refusal that names where the detector saw what."""
    first = named[0]
    return LeakFound(
        f"El segundo detector ve un posible dato personal ({first['clase']}) en la línea "
        f"{first['linea']} de {Part(first['parte']).label}. No se entregó nada. Ocúltelo en la "
        "conversación o, si no es de nadie, márquelo allí como inofensivo.",
        hallazgos=named,
    )


def refuse_unfit(train: Iterable[bytes], valid: Iterable[bytes]) -> None:
    """Raise a refusal that names the lines which no provider would train.

    How many there are is not judged here: an export of a few is no training.
    """
    wrong = [it for it in problems(train, valid) if it.line and not it.is_warning]
    if wrong:
        raise Refusal(
            f"Hay líneas con las que no se puede entrenar. {wrong[0]}",
            code="invalid_lines",
            lineas=[{"parte": it.part, "linea": it.line, "razon": it.text} for it in wrong[:TOLD]],
        )


def refuse_withdrawn(dataset: Dataset) -> None:
    """Raise a refusal when a person in the dataset no longer agrees to training, or was erased.

    Consent is asked again at every use. Where the conversation is gone, nobody can be asked.
    """
    refuse_erased(dataset)
    agreed = Conversation.objects.consented()
    if gone := dataset.items.exclude(conversation__in=agreed).count():
        raise Refusal(
            f"{gone} ejemplos son de personas que retiraron su permiso, o ya no existen. "
            "Prepare los datos otra vez.",
            code="consent_withdrawn",
            ejemplos=gone,
        )


def refuse_erased(dataset: Dataset) -> None:
    """Raise a refusal for a version that an erased person left: it cannot be made again."""
    if gone := dataset.items.erased().count():
        raise Refusal(
            f"De {dataset} se borraron {gone} ejemplos, de personas que retiraron su permiso: ya "
            "no se entrega ni se entrena. Prepare los datos otra vez.",
            code="dataset_erased",
            ejemplos=gone,
        )


def refuse_unlike(dataset: Dataset, sha256: str) -> None:
    """Raise a refusal when what was written is not, byte for byte, what the version was."""
    if sha256 != dataset.sha256:
        raise Refusal(
            f"El contenido de {dataset} no es el que se guardó: no se entrega nada.",
            code="dataset_changed",
            esperada=dataset.sha256,
            hallada=sha256,
        )
