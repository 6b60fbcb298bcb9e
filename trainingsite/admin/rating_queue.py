"""Whose turn it is: the exchanges that a user rates one after the other."""

from dataclasses import dataclass
from typing import cast

from django.db.models import Count, Q
from django.http import HttpRequest

from conversations.models import Conversation, ConversationQuerySet, Stage, Why
from core.access import visible
from core.models import Domain
from trainingsite.admin import selection
from trainingsite.admin.base import domain_asked

SKIPS = 500  # ids that a session remembers


@dataclass(frozen=True)
class Turn:
    """One exchange on the screen, with its neighbours (ids) in the queue."""

    conversation: Conversation
    previous: int | None
    following: int | None


@dataclass(frozen=True)
class Queue:
    """The exchanges of a domain, or those chosen in the list, in the order they arrived."""

    rows: ConversationQuerySet
    domain: Domain | None  # none when rows were chosen: they may be of several
    token: str
    skipped: list[int]

    @classmethod
    def of(cls, request: HttpRequest) -> "Queue":
        """The queue that the request names by ``seleccion`` or ``dominio``."""
        mine = cast(ConversationQuerySet, visible(rateable(), request.user))
        rows = mine.select_related("domain").order_by("pk")
        skipped = request.session.get("skipped", [])
        chosen = selection.kept(request)
        if chosen is not None:
            return cls(rows.filter(pk__in=chosen), None, selection.token(request), skipped)
        domain = domain_asked(request)
        return cls(rows.filter(domain=domain), domain, "", skipped)

    @property
    def _free(self) -> ConversationQuerySet:
        """Without those of people who took their consent back, for the moments until they go.

        Counting so would ask for each one's consent: :meth:`progress` does not.
        """
        return self.rows.consented()

    def progress(self) -> dict[str, int]:
        """How many have stars, of how many."""
        return self.rows.order_by().aggregate(
            rated=Count("pk", filter=Q(stars__isnull=False)), total=Count("pk")
        )

    def turn(self, pk: int) -> Turn | None:
        found = self._free.filter(pk=pk).first()
        return self._turn(found) if found else None

    def next_unrated(self, *, after: int = 0) -> Turn | None:
        """The first without stars behind ``after``, else from the start; skipped ones come last."""
        unrated = self._free.filter(stars=None)
        fresh = unrated.exclude(pk__in=self.skipped)
        found = fresh.filter(pk__gt=after).first() or fresh.exclude(pk=after).first()
        if found is None:
            waiting = {row.pk: row for row in unrated.filter(pk__in=self.skipped)}
            found = next((waiting[pk] for pk in self.skipped if pk in waiting), None)
        return self._turn(found) if found else None

    def _turn(self, row: Conversation) -> Turn:
        ids = self._free.values_list("pk", flat=True)
        return Turn(
            row,
            previous=ids.filter(pk__lt=row.pk).order_by("-pk").first(),
            following=ids.filter(pk__gt=row.pk).first(),
        )


def rateable() -> ConversationQuerySet:
    """All that stands and has an answer to rate, but what waits for its personal data to go."""
    flagged = Q(stage=Stage.NEEDS_REVIEW, why=Why.PERSONAL_DATA)
    return Conversation.objects.standing().exclude(answer="").exclude(flagged)


def skip(request: HttpRequest, pk: int) -> None:
    """Send an exchange to the end of the user's queue."""
    earlier = [it for it in request.session.get("skipped", []) if it != pk]
    request.session["skipped"] = [*earlier, pk][-SKIPS:]
