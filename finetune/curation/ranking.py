"""The policy ``score``: a machine ranks, and a person approves the list (requirements, head)."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db.models import Q

from conversations import review
from conversations.models import Conversation, ConversationQuerySet, Stage
from core.models import Domain
from finetune.curation.policies import MIN_SCORE, entrants
from finetune.curation.selecting import best_first, select

WORST_FIRST = 20  # whoever reads only the beginning has read the doubtful ones


def ranked(domain: Domain, *, limit: int | None = None) -> list[Conversation]:
    """What would enter if a person approved it now: the worst twenty first, then the best.

    Well scored, unrated and seen by nobody; what curation would leave out beside those that are
    in already (duplicates, too many of one person) is not shown.
    """
    found = select(domain, [best_first(entrants(domain)), best_first(_rankable(domain))])
    fresh = [row for row in found.kept if row.reviewed_at is None and row.stars is None]
    worst_last = sorted(fresh, key=_worth, reverse=True)
    worst = worst_last[-WORST_FIRST:][::-1]
    return [*worst, *worst_last[: len(worst_last) - len(worst)]][:limit]


def approve_ranked(domain: Domain, ids: Iterable[int], *, by: User) -> review.Batch:
    """Approve those of the list named by ``ids``, each a decision of its own that can be undone.

    Returns which were approved and why the others were not: one that was flagged, decided or
    rated badly meanwhile stops no other.
    """
    return review.in_turn(_rankable(domain), ids, lambda row: review.confirm(row, by=by))


def _rankable(domain: Domain) -> ConversationQuerySet:
    unasked = Q(stage__in=(Stage.APPROVED, Stage.NEEDS_REVIEW)) & ~Q(why__in=review.PERSON_ASKED)
    rows = domain.conversations.filter(unasked, score__gte=MIN_SCORE, stars=None, reviewed_at=None)
    return rows.exclude(answer="").consented()


def _worth(row: Conversation) -> tuple[int, float, int]:
    return row.score or 0, row.confidence or 0, row.pk
