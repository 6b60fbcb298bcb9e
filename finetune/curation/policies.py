"""What a domain asks of a conversation before it may enter a dataset: one of three policies.

Whatever the policy, a person's stars decide: four or more let in, fewer keep out (D19). The policy
is for what nobody rated.
"""

from collections.abc import Callable
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q

from conversations.models import Conversation, ConversationQuerySet, Label, Stage
from core.models import Domain, EntryPolicy

MIN_SCORE = 4  # of 5, automatic (requirements, R135)

_PASSED_QA = Exists(Label.objects.filter(conversation=OuterRef("pk"), current=True, qa_passed=True))


class Policy(NamedTuple):
    """Which unrated conversations enter, and what is told of one that does not.

    Both take the least confidence that is asked of what no person reviewed.
    """

    enters: Callable[[float], Q]
    why_not: Callable[[Conversation, float], str]


def entrants(
    domain: Domain, *, policy: str | None = None, min_confidence: float | None = None
) -> ConversationQuerySet:
    """Approved, answered, of people who agree as of now, and let in by the domain's policy.

    ``policy`` is asked instead of the domain's own. ``min_confidence`` may only ask for more than
    the domain does: a lower one would let in what nobody reviewed (E19).
    """
    line = _line(domain, min_confidence)
    own = Q(stars=None) & POLICIES[policy or domain.policy].enters(line)
    usable = domain.conversations.filter(stage=Stage.APPROVED).exclude(answer="")
    return usable.filter(Q(stars__gte=domain.min_stars) | own).consented()


def refusal(row: Conversation, *, min_confidence: float | None = None) -> str:
    """The first of the rules above that keeps ``row`` out, with its numbers; empty for none."""
    domain = row.domain
    if row.stage != Stage.APPROVED:
        stands = [str(it).lower() for it in (row.get_stage_display(), row.get_why_display()) if it]
        return f"No está aprobada: {', '.join(stands)}."
    if not row.answer:
        return "Todavía no tiene respuesta."
    if not Conversation.objects.filter(pk=row.pk).consented().exists():
        return "La persona no acepta, hoy, que sus mensajes se usen para entrenar."
    if row.stars is not None:
        return _too_few(row.stars, domain.min_stars)
    return POLICIES[domain.policy].why_not(row, _line(domain, min_confidence))


def _line(domain: Domain, min_confidence: float | None) -> float:
    return max(domain.min_confidence, min_confidence or 0)


def _too_few(stars: int, needed: int) -> str:
    if stars >= needed:
        return ""
    return f"Tiene {stars} {'estrella' if stars == 1 else 'estrellas'}; hacen falta {needed}."


def _unrated(_row: Conversation, _line: float) -> str:
    return "No tiene estrellas."


def _unsure(row: Conversation, line: float) -> str:
    label = row.labels.filter(current=True).first()
    if label is None:
        return "No tiene etiqueta ni estrellas."
    if not label.qa_passed:
        return f"Su etiqueta no pasa el control de calidad: {len(label.qa_errors)} errores."
    if row.reviewed_at or (row.confidence or 0) >= line:
        return ""
    return (
        f"Su confianza es {_decimal(row.confidence or 0)}; hace falta {_decimal(line)}, "
        "o que una persona la revise."
    )


def _unseen(row: Conversation, _line: float) -> str:
    if row.score is None:
        return "No tiene puntuación automática ni estrellas."
    if row.score < MIN_SCORE:
        return f"Su puntuación automática es {row.score}; hace falta {MIN_SCORE}."
    if row.reviewed_at is None:
        return "Nadie la aprobó todavía en la lista de puntuadas."
    return ""


def _decimal(share: float) -> str:
    """A share in Spanish, cut so that one below a line never looks like the line."""
    return f"{int(share * 1000 + 1e-9) / 1000:.3g}".replace(".", ",")


POLICIES: dict[str, Policy] = {
    EntryPolicy.STARS: Policy(lambda _line: Q(pk__in=[]), _unrated),
    EntryPolicy.CONFIDENCE: Policy(
        lambda line: Q(_PASSED_QA) & (Q(confidence__gte=line) | Q(reviewed_at__isnull=False)),
        _unsure,
    ),
    EntryPolicy.SCORE: Policy(
        lambda _line: Q(score__gte=MIN_SCORE, reviewed_at__isnull=False), _unseen
    ),
}
