"""``/api/v1/ai/training/conversaciones`` and what is done with them (requirements, 2.1)."""

from math import ceil
from typing import Any

from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from conversations import rating
from conversations.capture import capture, remove, rewrite
from conversations.collect import Collected, collect
from conversations.improve import improve
from conversations.models import Conversation, ConversationQuerySet, Origin
from core.errors import NotFound
from trainingsite.api.base import DOMAIN, LendingView
from trainingsite.api.conversation_serializers import (
    Collection,
    ConversationBody,
    ConversationEnvelope,
    ConversationPage,
    ConversationSerializer,
    ImproveBody,
    Improved,
    ListQuery,
    Message,
    RatingBody,
)
from trainingsite.api.idempotency import KEY, idempotent

PREFIX = "api/v1/ai/training/"


class ConversationView(LendingView):
    """What the views of this module share: the rows of the domain."""

    @property
    def rows(self) -> ConversationQuerySet:
        return Conversation.objects.filter(domain=self.domain)


class ConversationViewSet(ViewSetMixin, ConversationView):
    """Conversations: read, write, correct, delete and rate them."""

    rights = {
        "create": "conversations.add_conversation",
        "update": "conversations.change_conversation",
        "destroy": "conversations.delete_conversation",
        "rate": "conversations.rate_conversation",
        "*": "conversations.view_conversation",
    }

    @extend_schema(
        operation_id="listar_conversaciones",
        parameters=[DOMAIN, ListQuery],
        responses=ConversationPage,
    )
    def list(self, request: Request) -> Response:
        """One page of conversations, the newest first."""
        query = self.read(ListQuery, request.query_params.dict())
        found, page, size = self._found(query), query["page"], query["per_page"]
        total = found.count()
        shown = found.newest_first()[(page - 1) * size : page * size]
        return Response(
            {
                "conversaciones": ConversationSerializer(shown, many=True).data,
                "total": total,
                "page": page,
                "total_pages": ceil(total / size),
            }
        )

    @extend_schema(
        operation_id="crear_conversacion",
        parameters=[DOMAIN],
        request=ConversationBody,
        responses=ConversationEnvelope,
    )
    def create(self, request: Request) -> Response:
        """Write down a conversation of the user's own; it can be rated at once."""
        fields = self.read(ConversationBody, request.data)
        row = capture(domain=self.domain, origin=Origin.STAFF, user=self.actor, **fields)
        return self._shown(row)

    @extend_schema(
        operation_id="ver_conversacion",
        parameters=[DOMAIN],
        responses=ConversationEnvelope,
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        """One conversation."""
        return self._shown(self._row(pk))

    @extend_schema(
        operation_id="editar_conversacion",
        parameters=[DOMAIN],
        request=ConversationBody,
        responses=ConversationEnvelope,
    )
    def update(self, request: Request, pk: int) -> Response:
        """Replace both texts, and the rest where given. A changed text takes its stars back."""
        fields = self.read(ConversationBody, request.data)
        given = {name: value for name, value in fields.items() if value is not None}
        return self._shown(rewrite(self._row(pk), by=self.actor, **given))

    @extend_schema(
        operation_id="borrar_conversacion",
        parameters=[DOMAIN],
        responses={200: Message},
    )
    def destroy(self, request: Request, pk: int) -> Response:
        """Delete a conversation with its ratings."""
        remove(self._row(pk), by=self.actor)
        return Response({"mensaje": _("Conversación eliminada.")})

    @extend_schema(
        operation_id="calificar_conversacion",
        parameters=[DOMAIN, KEY],
        request=RatingBody,
        responses=ConversationEnvelope,
    )
    @idempotent()
    def rate(self, request: Request, pk: int) -> Response:
        """Give 1 to 5 stars. Stores the rating and starts nothing."""
        body = self.read(RatingBody, request.data)
        stars, feedback = body["calificacion"], body.get("feedback") or ""
        row = rating.rate(self._row(pk), stars=stars, feedback=feedback, by=self.actor)
        return self._shown(row)

    def _found(self, query: dict[str, Any]) -> ConversationQuerySet:
        rows = self.rows
        if query.get("con_calificacion") is not None:
            rows = rows.rated() if query["con_calificacion"] else rows.unrated()
        if since := query.get("fecha_desde"):
            rows = rows.filter(created_at__gte=since)
        if until := query.get("fecha_hasta"):
            rows = rows.filter(created_at__lte=until)
        return rows

    def _row(self, pk: int) -> Conversation:
        if not (row := self.rows.filter(pk=pk).first()):
            raise NotFound(_("No existe la conversación %(pk)s.") % {"pk": pk}, id=pk)
        return row

    def _shown(self, row: Conversation) -> Response:
        return Response({"conversacion": ConversationSerializer(row).data})


class ImproveView(ConversationView):
    rights = {"POST": "conversations.add_conversation"}

    @extend_schema(
        operation_id="mejorar_conversacion",
        parameters=[DOMAIN],
        request=ImproveBody,
        responses=Improved,
    )
    def post(self, request: Request) -> Response:
        """A better wording as a draft; nothing is stored. 400 when both texts are empty."""
        body = self.read(ImproveBody, request.data)
        question, answer = body.get("pregunta") or "", body.get("respuesta") or ""
        better = improve(self.domain, question=question, answer=answer)
        return Response(
            {
                "pregunta_mejorada": better.question,
                "respuesta_mejorada": better.answer,
                "mejoras_aplicadas": better.notes,
            }
        )


class CollectView(ConversationView):
    rights = {"POST": "conversations.add_conversation"}

    @extend_schema(
        operation_id="recolectar_automatico",
        parameters=[DOMAIN],
        request=None,
        responses=Collection,
    )
    def post(self, request: Request) -> Response:
        """Turn thumbs-up of staff that have no conversation yet into conversations."""
        done = collect(self.domain)
        return Response(
            {
                "total_recolectadas": done.new,
                "total_existentes": done.known,
                "mensaje": _told(done),
            }
        )


def _told(done: Collected) -> str:
    """What a collection did, and what it left, in a sentence or three."""
    new, unclaimed, waiting = done.new, done.unclaimed, done.waiting
    said = [
        ngettext(
            "Una conversación nueva de una respuesta con pulgar arriba.",
            "%(n)s conversaciones nuevas de respuestas con pulgar arriba.",
            new,
        )
        % {"n": new}
        if new
        else _("No hay respuestas con pulgar arriba que recolectar.")
    ]
    if unclaimed:
        said.append(
            _("Quedan fuera %(n)s que no son del personal ni tienen consentimiento.")
            % {"n": unclaimed}
        )
    if waiting:
        said.append(_("Para la próxima vez: %(n)s.") % {"n": waiting})
    return " ".join(said)


_many = ConversationViewSet.as_view({"get": "list", "post": "create"})
_one = ConversationViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"})
_rate = ConversationViewSet.as_view({"post": "rate"})

paths: list[URLPattern] = [
    path(f"{PREFIX}conversaciones", _many, name="conversations"),
    path(f"{PREFIX}conversaciones/mejorar", ImproveView.as_view(), name="improve"),
    path(f"{PREFIX}conversaciones/<int:pk>", _one, name="conversation"),
    path(f"{PREFIX}conversaciones/<int:pk>/calificar", _rate, name="rate"),
    path(f"{PREFIX}recolectar-automatico", CollectView.as_view(), name="collect"),
]
