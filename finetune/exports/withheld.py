"""Why an export would be empty: which rule held the rows back, and how many (R154)."""

from collections import Counter
from collections.abc import Iterator

from django.utils.formats import number_format

from conversations.models import Conversation, Stage
from core.errors import Refusal
from core.models import Domain, EntryPolicy
from finetune import curation
from finetune.curation import Selection


class NothingToExport(Refusal):
    """No row is left; the message names what held each one back, ``details`` count them."""

    code = "nothing_to_export"


def refuse_empty(domain: Domain, chosen: Selection, *, min_confidence: float | None) -> None:
    """Raise :class:`NothingToExport` unless ``chosen`` keeps something."""
    if chosen.kept:
        return
    counted = _stages(domain)
    held = Counter(curation.kind(it["razon"]) for it in chosen.excluded)
    reasons = [*_by_stage(counted), *_by_policy(domain, chosen, counted, min_confidence)]
    reasons += [f"{total}: {reason}." for reason, total in held.most_common()]
    raise NothingToExport(
        "No hay nada que exportar. " + " ".join(reasons),
        politica=domain.policy,
        estados=counted,
        excluidas=dict(held),
    )


def _stages(domain: Domain) -> dict[str, int]:
    """How many of those that may be used are in each stage."""
    rows = Conversation.objects.filter(domain=domain)
    agreed = Counter(rows.consented().order_by().values_list("stage", flat=True))
    without = rows.count() - agreed.total()
    return {stage: agreed[stage] for stage in Stage.values} | {"no_consent": without}


def _by_stage(counted: dict[str, int]) -> Iterator[str]:
    if waiting := counted[Stage.CAPTURED]:
        yield f"{waiting} esperan procesarse (POST /webhook/training/process)."
    if unsure := counted[Stage.NEEDS_REVIEW]:
        yield f"{unsure} esperan revisión: bajar la confianza mínima no las deja entrar."
    if without := counted["no_consent"]:
        yield f"{without} son de personas que no aceptan hoy que se usen."
    if not sum(counted.values()):
        yield "El dominio no tiene conversaciones."


def _by_policy(
    domain: Domain, chosen: Selection, counted: dict[str, int], min_confidence: float | None
) -> Iterator[str]:
    """What the approved rows lack that were not even considered."""
    if lacking := counted[Stage.APPROVED] - chosen.considered:
        label, needed = EntryPolicy(domain.policy).label, _needed(domain, min_confidence)
        yield f"{lacking} aprobadas no cumplen la política «{label}»: {needed}."


def _needed(domain: Domain, min_confidence: float | None) -> str:
    if domain.policy == EntryPolicy.STARS:
        return f"hacen falta {domain.min_stars} estrellas de una persona"
    if domain.policy == EntryPolicy.SCORE:
        return "una puntuación de 4 o más, y que una persona apruebe las candidatas"
    least = domain.min_confidence if min_confidence is None else min_confidence
    return (
        f"pasar el control de calidad con una confianza de {number_format(least)}, o una revisión"
    )
