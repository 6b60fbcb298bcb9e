"""Thumbs week by week, by who answered: whether answers get better (requirements, R219)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, DateField, Q, QuerySet, Value
from django.db.models.functions import Coalesce, TruncWeek
from django.utils import timezone

from conversations.models import ChatRating, Thumb

WEEKS = 8
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Line:
    """The thumbs that one model got in the week from Monday ``week``; without a ``model``, those on
    answers that came from elsewhere (``Turn.source``; empty: from nowhere that is known).
    """

    week: date
    model: str
    source: str
    up: int
    down: int

    @property
    def share(self) -> float:
        """How much of them is up, 0 to 1."""
        return self.up / (self.up + self.down)


@dataclass(frozen=True)
class Standing:
    up: int
    down: int


def weekly(thumbs: QuerySet[ChatRating], *, weeks: int = WEEKS) -> list[Line]:
    """The last ``weeks`` of ``thumbs``, this one first, in one query; nothing for an empty week."""
    since = datetime.combine(_monday() - (weeks - 1) * _WEEK, time.min)
    found = (
        thumbs.filter(created_at__gte=timezone.make_aware(since))
        .order_by()
        .values(
            week=TruncWeek("created_at", output_field=DateField()),
            model=Coalesce("turn__model", Value("")),
            source=Coalesce("turn__source", Value("")),
        )
        .annotate(
            up=Count("pk", filter=Q(thumb=Thumb.UP)), down=Count("pk", filter=Q(thumb=Thumb.DOWN))
        )
        .order_by("-week", "model", "source")
    )
    return [Line(**it) for it in found]


def standing(lines: Iterable[Line]) -> tuple[Standing, Standing]:
    """All the thumbs of this week, and those of the week before."""
    told = list(lines)
    now = _monday()
    return _sum(told, now), _sum(told, now - _WEEK)


def _sum(lines: list[Line], week: date) -> Standing:
    these = [it for it in lines if it.week == week]
    return Standing(sum(it.up for it in these), sum(it.down for it in these))


def _monday() -> date:
    today = timezone.localdate()
    return today - timedelta(days=today.weekday())
