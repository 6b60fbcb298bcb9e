"""What waits for a reviewer, in which order, and how much of the machine's opinion is told.

Reviewers must not know which exchanges the machine had accepted (the blind sample): those look like
the others, the confidence of none that reached its domain's threshold is told while it waits, and
such exchanges stand spread over the queue. An untold confidence would give them away all the same,
so it is not told of one in :data:`DECOYS` of the unsure either.
"""

from django.contrib.auth.models import User
from django.db.models import Case, Exists, F, FloatField, OuterRef, Q, Value, When
from django.db.models.functions import Cast, Coalesce, Mod, Now
from django.db.models.lookups import Exact

from conversations.models import Conversation, ConversationQuerySet, ReviewClaim, Stage, Why

WAITING = Q(stage=Stage.NEEDS_REVIEW) | Q(
    stage=Stage.APPROVED, sampled=True, reviewed_at__isnull=True
)
DECOYS = 4
_SURE = WAITING & Q(confidence__gte=F("domain__min_confidence"))
_UNSURE = Q(stage=Stage.NEEDS_REVIEW, why=Why.LOW_CONFIDENCE)
_DRAWN = Exact(Mod(Mod(F("pk") * 7919, Value(1009)), Value(DECOYS)), 0)
_TOLD = Case(
    When(_SURE | (_UNSURE & Q(_DRAWN)), then=Value(None)),
    default=F("confidence"),
    output_field=FloatField(),
)
# A place that says nothing: multiples of a prime, over the confidences below the threshold.
_SPREAD = (
    Cast(Mod(F("pk") * 7919, Value(1000)), FloatField()) / 1000.0 * F("domain__min_confidence")
)


def is_waiting(row: Conversation) -> bool:
    """Whether a reviewer is to decide about it: it needs a review, or is of the blind sample."""
    sampled = row.stage == Stage.APPROVED and row.sampled and row.reviewed_at is None
    return row.stage == Stage.NEEDS_REVIEW or sampled


def told_confidence(row: Conversation) -> float | None:
    """The confidence that may be shown with ``row``."""
    sure = row.confidence is not None and row.confidence >= row.domain.min_confidence
    untold = (sure and is_waiting(row)) or _is_decoy(row)
    return None if untold else row.confidence


def told_why(row: Conversation) -> str:
    """Why it is where it is, in words, as far as that tells nothing of an untold confidence."""
    untold = row.why == Why.LOW_CONFIDENCE and told_confidence(row) is None
    return "" if untold or not row.why else row.get_why_display()


def _is_decoy(row: Conversation) -> bool:
    unsure = row.stage == Stage.NEEDS_REVIEW and row.why == Why.LOW_CONFIDENCE
    return unsure and row.pk * 7919 % 1009 % DECOYS == 0


def with_told(rows: ConversationQuerySet) -> ConversationQuerySet:
    """``rows`` with ``told``: the confidence that may be shown, to filter and to sort by."""
    return rows.annotate(told=_TOLD)


def pending(rows: ConversationQuerySet, *, by: User) -> ConversationQuerySet:
    """Those of ``rows`` that ``by`` may review now, the least certain first.

    What somebody else has open is not offered.
    """
    held = ReviewClaim.objects.filter(conversation=OuterRef("pk"), until__gt=Now()).exclude(user=by)
    return by_confidence(rows.filter(WAITING).exclude(Exists(held)))


def by_confidence(rows: ConversationQuerySet, *, descending: bool = False) -> ConversationQuerySet:
    """``rows`` in the order of the confidence that may be shown; the others spread among them."""
    turn = Coalesce("told", _SPREAD)
    ordered = turn.desc() if descending else turn.asc()
    return with_told(rows).order_by(ordered, "pk")
