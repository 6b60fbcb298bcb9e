"""What reviewing adds up to. Each function takes the rows that who asks may see."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Avg, Count, Exists, Min, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from conversations.models import ConversationQuerySet, Review, ReviewClaim, Stage
from conversations.review.waiting import WAITING, with_told

BANDS: dict[str, tuple[float, float]] = {
    "<50": (0, 0.5),
    "50-70": (0.5, 0.7),
    "70-85": (0.7, 0.85),
    "85-95": (0.85, 0.95),
    ">=95": (0.95, 1.01),
}
"""Confidence bands: from the first number, up to the second and not with it (requirements, 3.2)."""
STATUSES = {
    "pending": Q(stage=Stage.CAPTURED),
    "screened_out": Q(stage=Stage.SCREENED_OUT),
    "needs_review": WAITING,
    "approved": Q(stage=Stage.APPROVED) & ~WAITING,
    "rejected": Q(stage=Stage.REJECTED),
}
"""What reviewers call the stages; the blind sample waits until somebody reviewed it."""
_WEEK = timedelta(days=7)


def in_band(band: str) -> Q:
    """The condition of being in ``band`` by the confidence that may be shown (``told``)."""
    low, high = BANDS[band]
    return Q(told__gte=low, told__lt=high)


def standing(rows: ConversationQuerySet) -> dict[str, Any]:
    """How many are in each status, as reviewers see it, and in each band of confidence."""
    bands = {name: Count("pk", filter=in_band(name)) for name in BANDS}
    counts = {name: Count("pk", filter=condition) for name, condition in STATUSES.items()}
    found = with_told(rows).aggregate(
        total=Count("pk"), average_confidence=Avg("told"), **counts, **bands
    )
    return found | {"bands": {name: found.pop(name) for name in BANDS}}


def summary(rows: ConversationQuerySet, *, by: User) -> dict[str, Any]:
    """What is left, what is open, and what was decided today and in the last seven days."""
    open_now = ReviewClaim.objects.filter(conversation=OuterRef("pk"), until__gt=Now())
    left = (
        rows.filter(WAITING)
        .annotate(open=Exists(open_now))
        .aggregate(
            waiting=Count("pk"),
            in_review=Count("pk", filter=Q(open=True)),
            oldest=Min("created_at"),
        )
    )
    return left | _decided(rows, by=by)


def _decided(rows: ConversationQuerySet, *, by: User) -> dict[str, Any]:
    done = Review.objects.filter(conversation__in=rows, undone=False)
    done = done.exclude(action=Review.Action.UNDO)
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    today = Q(at__gte=midnight)
    week = {
        action: Count("pk", filter=Q(action=action, at__gte=Now() - _WEEK))
        for action in Review.Action.values
        if action != Review.Action.UNDO
    }
    found = done.aggregate(
        today=Count("pk", filter=today),
        mine_today=Count("pk", filter=today & Q(by=by.get_username())),
        **week,
    )
    return found | {"week": {action: found.pop(action) for action in week}}
