"""Which exchanges an export takes: what the policy lets in, of the source that is asked for."""

from dataclasses import replace

from conversations.models import Conversation
from core.errors import Invalid
from core.models import Domain
from finetune import curation, datasets
from finetune.curation import Exclusion, Selection
from finetune.exports.storing import DOCUMENTED, take_away
from finetune.exports.withheld import refuse_empty
from finetune.models import Export, Source

TRAIN_SPLIT = 0.9
_WHY = {
    Source.SESSIONS: "No es de un hilo cuya lectura pasó el control de calidad.",
    Source.PIPELINE: "No pasó por el procesamiento.",
}


def export(
    domain: Domain,
    *,
    source: str = Source.BOTH,
    min_confidence: float | None = None,
    train_split: float = TRAIN_SPLIT,
    by: str,
) -> Export:
    """Write S3's files and their chat twins of what ``domain`` may learn from now.

    ``sessions`` are exchanges of threads whose reading passed quality control; ``pipeline`` those
    that were processed; ``both`` is all that the policy lets in, each once. ``min_confidence`` is
    the domain's by default, and a lower one lets nothing in that no person looked at (E19).

    Raises :class:`Invalid` for numbers out of bounds, :class:`NothingToExport` with the policy or
    filter that held everything back, and what :func:`finetune.datasets.store` does.
    """
    _refuse_bad_numbers(min_confidence, train_split)
    found = curation.candidates(domain, min_confidence=min_confidence)
    chosen = of_source(found, source)
    refuse_empty(domain, chosen, min_confidence=min_confidence)
    parts = curation.split(chosen.kept, held_out=round(1 - train_split, 6))
    asked = {
        "source": str(source),
        "min_confidence": domain.min_confidence if min_confidence is None else min_confidence,
        "train_split": train_split,
    }
    dataset = datasets.store(domain, chosen, parts, by=by, filters=asked)
    return take_away(dataset, forms=DOCUMENTED, source=source, parameters=asked, by=by)


def of_source(found: Selection, source: str) -> Selection:
    """The part of a selection that comes from ``source``; the rest is told apart."""
    if source == Source.BOTH:
        return found
    read = Conversation.objects.filter(
        pk__in=[row.pk for row in found.kept], labels__current=True
    ).distinct()
    if source == Source.SESSIONS:
        read = read.filter(session__isnull=False, labels__current=True, labels__qa_passed=True)
    its = set(read.values_list("pk", flat=True))
    left = [
        Exclusion(id=row.pk, razon=_WHY[Source(source)], feedback=None)
        for row in found.kept
        if row.pk not in its
    ]
    kept = [row for row in found.kept if row.pk in its]
    return replace(found, kept=kept, excluded=[*found.excluded, *left])


def _refuse_bad_numbers(min_confidence: float | None, train_split: float) -> None:
    if min_confidence is not None and not 0 <= min_confidence <= 1:
        raise Invalid("La confianza va de 0 a 1.", min_confidence=["De 0 a 1."])
    if not 0.5 <= train_split <= 1:
        raise Invalid("El reparto va de 0,5 a 1.", train_split=["De 0,5 a 1."])
