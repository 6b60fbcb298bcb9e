"""Answers that helped someone become conversations that can be rated and learned from."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

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
    known = domain.conversations.count()
    loose = _loose(domain)
    same_address = _staff(domain).filter(email__iexact=OuterRef("user_email"))
    ours = loose.filter(Exists(same_address)).order_by("pk")
    total, claimed = loose.count(), ours.count()
    made = [_link(thumb) for thumb in ours.select_related("domain")[:limit]]
    return Collected(
        new=sum(made), known=known, unclaimed=total - claimed, waiting=claimed - len(made)
    )


def _loose(domain: Domain) -> QuerySet[ChatRating]:
    """Thumbs-up on something readable that no conversation stands for."""
    thumbs = ChatRating.objects.filter(domain=domain, thumb=Thumb.UP, conversation=None)
    return thumbs.exclude(question__regex=_BLANK).exclude(answer__regex=_BLANK)


def _staff(domain: Domain) -> QuerySet[User]:
    """Who may act in the domain, and has an address."""
    here = Q(pk__in=domain.memberships.values("user")) | Q(is_superuser=True)
    return User.objects.filter(here, is_active=True).exclude(email="").order_by("pk")


def _link(thumb: ChatRating) -> bool:
    """Give a thumb its conversation; ``True`` when there was none and it was made."""
    row = _same(thumb)
    made = row is None
    if row is None:
        row = capture(
            domain=thumb.domain,
            question=thumb.question,
            answer=thumb.answer,
            origin=Origin.STAFF,
            user=_staff(thumb.domain).filter(email__iexact=thumb.user_email).first(),
            outside_id=f"thumb-{thumb.pk}",
            created_at=thumb.created_at,
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
