"""How the assistant is used and what it has to look up, counted in the tables."""

from datetime import timedelta
from typing import Any

from django.db.models import Aggregate, Avg, Count, FloatField, Max, Q, Sum
from django.utils import timezone

from core.models import Domain
from rag.models import Chunk, Document, DocumentState, Turn


class Percentile(Aggregate):
    """The value below which ``share`` (0 to 1) of an expression's values lie."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, expression: str, share: float, **extra: Any) -> None:
        super().__init__(expression, share=float(share), **extra)


def documents(domain: Domain) -> dict[str, Any]:
    """Counts of the documents of ``domain`` and of their pieces."""
    rows = Document.objects.filter(domain=domain).aggregate(
        total_documentos=Count("pk"),
        documentos_activos=Count("pk", filter=Q(active=True)),
        documentos_procesados=Count("pk", filter=Q(processed=True)),
        documentos_fallidos=Count("pk", filter=Q(state=DocumentState.FAILED)),
        bytes_totales=Sum("bytes", default=0),
        ultima_actualizacion=Max("updated_at"),
    )
    return rows | Chunk.objects.filter(document__domain=domain).aggregate(
        documentos_con_embeddings=Count("document", distinct=True),
        total_embeddings=Count("pk"),
    )


def chat(domain: Domain, *, hours: int) -> dict[str, Any]:
    """What was asked in the last ``hours``: how much, how fast, what it took, by how many.

    Times are milliseconds of the answers that came. The rate is a percentage; ``None`` without
    requests.
    """
    since = timezone.now() - timedelta(hours=hours)
    rows = Turn.objects.filter(domain=domain, at__gte=since)
    came = Q(failed=False)
    found = rows.aggregate(
        total=Count("pk"),
        unanswered=Count("pk", filter=~came),
        spent=Sum("tokens", default=0),
        mean=Avg("milliseconds", filter=came),
        p50=Percentile("milliseconds", 0.5, filter=came),
        p95=Percentile("milliseconds", 0.95, filter=came),
        people=Count("person", distinct=True),
        staff=Count("user", distinct=True),
    )
    total, failed = found["total"], found["unanswered"]
    return {
        "horas": hours,
        "total_solicitudes": total,
        "solicitudes_exitosas": total - failed,
        "solicitudes_fallidas": failed,
        "tasa_exito": round(100 * (total - failed) / total, 1) if total else None,
        "tiempo_respuesta": {
            name: _rounded(found[key])
            for name, key in (("promedio", "mean"), ("p50", "p50"), ("p95", "p95"))
        },
        "tokens": {
            "total": found["spent"],
            "promedio": _rounded(found["spent"] / total) if total else None,
        },
        "usuarios_unicos": found["people"] + found["staff"],
        "por_origen": _by(rows, "source"),
        "por_modelo": _by(rows.exclude(model=""), "model"),
    }


def _by(rows: Any, column: str) -> dict[str, int]:
    """How many rows there are of each value of ``column``, the commonest first."""
    counted = rows.order_by().values_list(column).annotate(n=Count("pk")).order_by("-n", column)
    return dict(counted)


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)
