"""What the ratings add up to. Each function takes the rows that who asks may see."""

from collections import Counter
from typing import Any

from django.db.models import Avg, Count, Q
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from conversations.models import ConversationQuerySet
from conversations.scoring import Tone, comment_words, tone
from core.models import Domain

ENOUGH_ROWS = 10
WEIGHTS = {"completitud": 0.4, "consistencia": 0.3, "relevancia": 0.3}


def feedback_tone(feedback: str | None, domain: Domain) -> Tone:
    """What a comment of who rated says, by the lists that the domain's staff edit (X11).

    A list that the domain does not have is everyone's.
    """
    texts = comment_words() | domain.texts
    negative = [*texts.get("negative_words", []), *texts.get("negative_feedback_words", [])]
    return tone(feedback or "", positive=texts.get("positive_words", []), negative=negative)


def overview(rows: ConversationQuerySet, domain: Domain) -> dict[str, Any]:
    """The block ``conversaciones`` of the metrics (requirements, 2.1). Average 0 of nothing."""
    found = rows.aggregate(
        total=Count("pk"), con_calificacion=Count("stars"), promedio=Avg("stars")
    )
    return {
        "total": found["total"],
        "con_calificacion": found["con_calificacion"],
        "promedio_calificacion": round(found["promedio"] or 0.0, 2),
        "listas_entrenamiento": rows.ready(min_stars=domain.min_stars).count(),
    }


def feedback_statistics(rows: ConversationQuerySet, domain: Domain) -> dict[str, Any]:
    """Stars, comments and their tone, and how many rows are ready (requirements, 2.1).

    Whether they are enough to prepare is the business of the room above.
    """
    counts = rows.aggregate(
        total_conversaciones=Count("pk"),
        conversaciones_calificadas=Count("stars"),
        conversaciones_con_feedback=Count("pk", filter=_commented()),
    )
    ready = rows.ready(min_stars=domain.min_stars)
    total, against = ready.count(), _tones(ready, domain)["negativo"]
    tones = _tones(rows, domain)
    return counts | {
        "distribucion_calificaciones": rows.by_stars(),
        "analisis_feedback": {
            "positivo": tones["positivo"],
            "negativo": tones["negativo"],
            "neutro": tones["neutro"],
            "total": tones.total(),
        },
        "conversaciones_listas_entrenamiento": {
            "total": total,
            "sin_feedback_negativo": total - against,
            "con_feedback_negativo": against,
        },
    }


def quality(rows: ConversationQuerySet, *, min_stars: int = 4) -> dict[str, Any]:
    """How complete, rated and relevant the rows are, in per cent, with advice (2.1)."""
    counts = rows.annotate(
        question_length=Length("question"), answer_length=Length("answer")
    ).aggregate(
        total_conversaciones=Count("pk"),
        conversaciones_completas=Count(
            "pk", filter=Q(question_length__gt=10, answer_length__gt=20)
        ),
        conversaciones_calificadas=Count("stars"),
        conversaciones_relevantes=Count("pk", filter=Q(stars__gte=min_stars)),
    )
    total = counts["total_conversaciones"]
    exact = {
        "completitud": _percent(counts["conversaciones_completas"], total),
        "consistencia": _percent(counts["conversaciones_calificadas"], total),
        "relevancia": _percent(counts["conversaciones_relevantes"], total),
    }
    exact["calidad_general"] = sum(exact[name] * weight for name, weight in WEIGHTS.items())
    shown = {name: round(value, 1) for name, value in exact.items()}
    return shown | counts | {"sugerencias": _advice(exact, total)}


def by_score(rows: ConversationQuerySet, *, high: int = 4) -> dict[str, Any]:
    """How many there are by category and automatic score, and how many scored ``high`` or more."""
    groups = rows.order_by("category", "score").values("category", "score")
    found = rows.aggregate(total=Count("pk"), highQuality=Count("pk", filter=Q(score__gte=high)))
    return found | {"byCategory": list(groups.annotate(total=Count("pk")))}


def _commented() -> Q:
    return Q(feedback__isnull=False) & ~Q(feedback="")


def _tones(rows: ConversationQuerySet, domain: Domain) -> Counter[str]:
    comments = rows.filter(_commented()).order_by().values_list("feedback", flat=True)
    return Counter(feedback_tone(comment, domain) for comment in comments.iterator())


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _advice(measures: dict[str, float], total: int) -> list[str]:
    advice = [
        ("completitud", 80, _("Escriba preguntas y respuestas más completas.")),
        ("consistencia", 50, _("Califique más conversaciones: la mitad o más.")),
        ("relevancia", 30, _("Hacen falta más respuestas de 4 o 5 estrellas: corrija las demás.")),
        ("calidad_general", 60, _("La calidad general es baja; mejórela antes de entrenar.")),
    ]
    found = [text for name, floor, text in advice if measures[name] < floor]
    if total < ENOUGH_ROWS:
        found.append(_("Hay menos de 10 conversaciones: reúna más."))
    return found
