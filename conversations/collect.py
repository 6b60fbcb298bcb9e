"""Answers that helped someone become conversations that can be rated and learned from."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django_q.tasks import async_task

from conversations import categories
from conversations.anonymise import anonymise
from conversations.capture import capture
from conversations.keys import text_hash
from conversations.models import ChatRating, Conversation, Origin, Thumb
from core.models import Domain

AT_A_TIME = 500
_BLANK = r"^\s*$"


@dataclass(frozen=True)
class Collected:
    """What a collection did, counted."""

    new: int  # conversations made
    known: int  # conversations that the domain had before
    unclaimed: int  # thumbs of nobody of staff: left alone
    waiting: int  # thumbs for the next call


def collect(domain: Domain, *, limit: int = AT_A_TIME) -> Collected:
    """Turn thumbs-up without a conversation into conversations, and link each to its own.

    The chat stores its exchanges itself; a thumb given elsewhere (``POST /chat/calificar`` with
    the two texts, rows brought from an older table) has only a copy of what was said. When its
    e-mail is that of a user of staff of this domain, the exchange is theirs: ``capture()`` keeps
    it, anonymised, with origin staff. Without one it may be a person's words, for which there is
    no consent: it stays a thumb and is counted as ``unclaimed``.

    Idempotent: a thumb is delivered under its own id, so a second run finds what the first made.
    ``limit`` thumbs at most; the rest are counted as ``waiting``.
    """
    staff = _staff(domain)
    known = domain.conversations.count()
    loose = _loose(domain)
    ours = loose.filter(who__in=staff).order_by("pk")
    total, claimed = loose.count(), ours.count()
    taken = [_link(thumb, staff[thumb.who]) for thumb in ours.select_related("domain")[:limit]]
    if any(taken):
        async_task("conversations.tasks.embed_waiting")
    return Collected(
        new=sum(taken), known=known, unclaimed=total - claimed, waiting=claimed - len(taken)
    )


def _loose(domain: Domain) -> QuerySet[ChatRating]:
    """Thumbs-up on something readable that no conversation stands for, with ``who`` gave them."""
    thumbs = ChatRating.objects.filter(domain=domain, thumb=Thumb.UP, conversation=None)
    readable = thumbs.exclude(question__regex=_BLANK).exclude(answer__regex=_BLANK)
    return readable.annotate(who=Lower("user_email"))


def _staff(domain: Domain) -> dict[str, User]:
    """Who may act in the domain, by e-mail."""
    here = Q(memberships__domain=domain) | Q(is_superuser=True)
    users = User.objects.filter(here, is_active=True).exclude(email="").distinct()
    return {user.email.lower(): user for user in users}


def _link(thumb: ChatRating, user: User) -> bool:
    """Give a thumb its conversation; ``True`` when there was none and it was made."""
    row = _same(thumb)
    made = row is None
    if row is None:
        row = capture(
            domain=thumb.domain,
            question=thumb.question,
            answer=thumb.answer,
            origin=Origin.STAFF,
            user=user,
            outside_id=f"thumb-{thumb.pk}",
            created_at=thumb.created_at,
            embed=False,
        )
    free = ChatRating.objects.filter(pk=thumb.pk, conversation=None)
    linked = free.update(conversation=row, updated_at=timezone.now())
    return made and bool(linked)


def _same(thumb: ChatRating) -> Conversation | None:
    """The conversation that says word for word what the thumb copied, if there is one."""
    keep = categories.whitelist(thumb.domain)
    question, answer = (
        anonymise(it.strip(), keep=keep)[0] for it in (thumb.question, thumb.answer)
    )
    alike = thumb.domain.conversations.filter(question_hash=text_hash(question), answer=answer)
    return alike.order_by("pk").first()
