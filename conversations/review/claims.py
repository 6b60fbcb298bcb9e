"""Who has an exchange open: a lease by the database's clock, so that no two review the same one."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from conversations.capture import locked
from conversations.models import Conversation, ConversationQuerySet, ReviewClaim
from conversations.review.waiting import pending
from core.errors import Conflict

LEASE = timedelta(minutes=5)


@transaction.atomic
def claim(conversation: Conversation, *, by: User) -> datetime:
    """Keep the exchange for ``by`` during :data:`LEASE`; return until when.

    Claiming again extends. Raises :class:`Conflict` while somebody else holds it.
    """
    row = locked(conversation)
    refuse_if_held(row, by=by)
    return _take(row, by=by)


def claim_next(rows: ConversationQuerySet, *, by: User) -> Conversation | None:
    """Claim the first of ``rows`` that waits for a reviewer; ``None`` when there is none.

    However many ask at once, each gets another one. Who holds one already gets that one again.
    """
    while True:
        with transaction.atomic():
            free = pending(rows, by=by).select_for_update(
                skip_locked=True, no_key=True, of=("self",)
            )
            row = free.filter(claim__user=by, claim__until__gt=Now()).first() or free.first()
            if row is None:
                return None
            # Claimed by another between our look and our lock: look again.
            if not _held(row, by=by).exists():
                _take(row, by=by)
                return row


def heartbeat(conversation: Conversation, *, by: User) -> datetime:
    """Extend the claim of ``by``; return until when.

    Raises :class:`Conflict` when it is no longer theirs.
    """
    mine = ReviewClaim.objects.filter(conversation=conversation, user=by)
    if not mine.update(until=Now() + LEASE):
        raise Conflict(_("Ya no tiene abierta esta revisión."), id=conversation.pk)
    return mine.get().until


def release(conversation: Conversation, *, by: User) -> bool:
    """Let others review it; whether ``by`` had it."""
    mine = ReviewClaim.objects.filter(conversation=conversation, user=by)
    return bool(mine.delete()[0])


def refuse_if_held(row: Conversation, *, by: User) -> None:
    """Raise :class:`Conflict`, naming who, while somebody other than ``by`` has ``row`` open."""
    if held := _held(row, by=by).select_related("user").first():
        who = held.user.get_username()
        raise Conflict(
            _("La está revisando %(who)s.") % {"who": who}, id=row.pk, user=who, until=held.until
        )


def _held(row: Conversation, *, by: User) -> QuerySet[ReviewClaim]:
    return ReviewClaim.objects.filter(conversation=row, until__gt=Now()).exclude(user=by)


def _take(row: Conversation, *, by: User) -> datetime:
    """Write the claim; the caller holds the row's lock, so nobody else writes one."""
    mine, _made = ReviewClaim.objects.update_or_create(
        conversation=row, defaults={"user": by, "until": Now() + LEASE}
    )
    mine.refresh_from_db(fields=["until"])
    return mine.until
