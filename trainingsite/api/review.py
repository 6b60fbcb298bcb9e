"""``/webhook/review``: what reviewers read (requirements, 3.2). What they decide is beside it."""

from typing import Any

from django.db.models import F, Q
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.generic import RedirectView
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from conversations import review
from conversations.models import Conversation, ConversationQuerySet
from core.errors import NotFound
from trainingsite.api.base import DOMAIN, WebhookView
from trainingsite.api.review_serializers import (
    ItemEnvelope,
    ItemPage,
    ItemSerializer,
    MessagesQuery,
    PendingQuery,
    Standing,
    Summary,
    with_what_is_shown,
)

PREFIX = "webhook/review/"


class ReviewView(ViewSetMixin, WebhookView):
    """What the views of reviewers share: the rows of the domain, and an item as an answer."""

    @property
    def rows(self) -> ConversationQuerySet:
        """Nobody's who took their consent back, though it is still to be erased."""
        return Conversation.objects.filter(domain=self.domain).consented()

    def row(self, pk: int) -> Conversation:
        if not (row := self.rows.select_related("domain").filter(pk=pk).first()):
            raise NotFound(_("No existe la conversación %(pk)s.") % {"pk": pk}, id=pk)
        return row

    def item(self, pk: int) -> dict[str, Any]:
        """The exchange ``pk`` as it is now."""
        self.row(pk)
        return ItemSerializer(with_what_is_shown(self.rows).get(pk=pk)).data


class ReadingViewSet(ReviewView):
    """Lists, one item, and the numbers."""

    rights = {"*": "conversations.view_label"}

    @extend_schema(
        operation_id="revision_pendientes",
        parameters=[DOMAIN, PendingQuery],
        responses=ItemPage,
    )
    def pending(self, request: Request) -> Response:
        """What waits for a reviewer and nobody else has open, the least certain first."""
        query = self.read(PendingQuery, request.query_params.dict())
        return self._page(review.pending(self.rows, by=self.actor), query)

    @extend_schema(
        operation_id="revision_mensajes", parameters=[DOMAIN, MessagesQuery], responses=ItemPage
    )
    def messages(self, request: Request) -> Response:
        """The exchanges of the domain, by status."""
        query = self.read(MessagesQuery, request.query_params.dict())
        rows = review.with_told(self.rows)
        if query["status"] != "all":
            rows = rows.filter(review.STATUSES[query["status"]])
        return self._page(rows, query)

    @extend_schema(operation_id="revision_item", parameters=[DOMAIN], responses=ItemEnvelope)
    def retrieve(self, request: Request, pk: int) -> Response:
        """One exchange."""
        return Response({"success": True, "item": self.item(pk)})

    @extend_schema(operation_id="revision_estadisticas", parameters=[DOMAIN], responses=Standing)
    def stats(self, request: Request) -> Response:
        """How many are in each status and in each band of confidence."""
        return Response({"success": True, **review.standing(self.rows)})

    @extend_schema(operation_id="revision_resumen", parameters=[DOMAIN], responses=Summary)
    def summary(self, request: Request) -> Response:
        """What is left to review, what is open, and what was decided today and this week."""
        return Response({"success": True, **review.summary(self.rows, by=self.actor)})

    def _page(self, rows: ConversationQuerySet, query: dict[str, Any]) -> Response:
        found = _ordered(_confident(rows, query), query)
        first, size = query["offset"], query["limit"]
        return Response(
            {
                "success": True,
                "total": found.count(),
                "limit": size,
                "offset": first,
                "items": ItemSerializer(
                    with_what_is_shown(found)[first : first + size], many=True
                ).data,
            }
        )


def _confident(rows: ConversationQuerySet, query: dict[str, Any]) -> ConversationQuerySet:
    """Those whose confidence, as far as it may be told, is within what was asked."""
    if (least := query.get("min_confidence")) is not None:
        rows = rows.filter(Q(told__gte=least))
    if (most := query.get("max_confidence")) is not None:
        rows = rows.filter(Q(told__lte=most))
    return rows.filter(review.in_band(query["band"])) if query.get("band") else rows


def _ordered(rows: ConversationQuerySet, query: dict[str, Any]) -> ConversationQuerySet:
    descending = query["sort_desc"]
    if query["sort_by"] == "confidence":
        return review.by_confidence(rows, descending=descending)
    if query["sort_by"] == "captured_at":
        return rows.newest_first() if descending else rows.order_by("created_at", "pk")
    reviewed = F("reviewed_at")
    ordered = reviewed.desc(nulls_last=True) if descending else reviewed.asc(nulls_last=True)
    return rows.order_by(ordered, "-pk" if descending else "pk")


def _get(action: str) -> Any:
    return ReadingViewSet.as_view({"get": action})


paths: list[URLPattern] = [
    path(f"{PREFIX}pending", _get("pending"), name="review-pending"),
    path(f"{PREFIX}messages", _get("messages"), name="review-messages"),
    path(f"{PREFIX}item/<int:pk>", _get("retrieve"), name="review-item"),
    path(f"{PREFIX}stats", _get("stats"), name="review-stats"),
    path(f"{PREFIX}summary", _get("summary"), name="review-summary"),
    path(
        f"{PREFIX}dashboard",
        RedirectView.as_view(pattern_name="admin:conversations_toreview_changelist"),
        name="review-dashboard",
    ),
]
