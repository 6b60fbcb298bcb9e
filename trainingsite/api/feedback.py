"""``/api/v1/configuracion/ai/chat/calificar`` and ``.../calificaciones``: thumbs on answers, and
what was done about them (requirements, 2.4)."""

from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.capture import LONGEST
from conversations.models import ChatRating, Thumb
from core.errors import Invalid, NotFound
from rag import feedback
from rag.feedback import LONGEST_NOTE
from rag.models import Chunk
from trainingsite.api.base import DOMAIN, LendingView
from trainingsite.api.chat import ChatView
from trainingsite.api.consent import Channel
from trainingsite.api.conversation_serializers import Text, Whole, optional

PREFIX = "api/v1/configuracion/ai/chat/"


class ThumbSerializer(serializers.ModelSerializer):
    """A thumb, with the keys of the documents."""

    pregunta = serializers.CharField(source="question")
    respuesta_ai = serializers.CharField(source="answer")
    calificacion = serializers.ChoiceField(Thumb.choices, source="thumb")
    usuario_email = serializers.CharField(source="user_email", allow_null=True)
    procesado = serializers.BooleanField(source="processed")
    notas_procesamiento = serializers.CharField(source="notes", allow_null=True)
    mejorado = serializers.BooleanField(source="improved")
    creado_en = serializers.DateTimeField(source="created_at")
    actualizado_en = serializers.DateTimeField(source="updated_at")

    class Meta:
        model = ChatRating
        fields = [
            *("id", "pregunta", "respuesta_ai", "calificacion", "usuario_email", "procesado"),
            *("notas_procesamiento", "mejorado", "creado_en", "actualizado_en"),
        ]


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "number"}]})
class Value(serializers.Field):
    """``arriba``, ``abajo``, or what stands for them."""

    def to_internal_value(self, data: Any) -> Thumb:
        try:
            return feedback.value_of(data)
        except Invalid as refusal:
            raise serializers.ValidationError(refusal.details["calificacion"]) from refusal


class ThumbBody(serializers.Serializer):
    pregunta = Text(max_length=LONGEST)
    respuesta_ai = Text(max_length=LONGEST, required=False)
    respuesta = Text(max_length=LONGEST, required=False)
    calificacion = Value()
    motivo = Text(max_length=LONGEST_NOTE, required=False, allow_blank=True, default="")
    respuesta_id = optional(Whole, min_value=1)
    conversacion_id = optional(Whole, min_value=1)
    usuario_externo = optional(Text)
    canal = Channel(default="chat")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The answer comes under one of two names."""
        answer = attrs.get("respuesta_ai") or attrs.get("respuesta")
        if not answer:
            raise serializers.ValidationError({"respuesta_ai": [_("Este campo es requerido.")]})
        return attrs | {"answer": answer}


class ThumbsQuery(serializers.Serializer):
    calificacion = optional(serializers.ChoiceField, choices=Thumb.choices, source="thumb")
    procesado = optional(serializers.BooleanField, source="processed")


class ChangeBody(serializers.Serializer):
    tipo = serializers.ChoiceField([*feedback.CHANGES])
    id = Whole(min_value=1)


class ThumbProcessing(serializers.Serializer):
    notas = Text(max_length=LONGEST_NOTE, required=False, allow_blank=True, allow_null=True)
    correccion = Text(
        max_length=LONGEST, required=False, help_text="La respuesta correcta: se sirve desde ya."
    )
    trozo_id = optional(Whole, min_value=1, help_text="El trozo que indujo al error.")
    mejora = ChangeBody(required=False, help_text="Otra cosa que se arregló por este pulgar.")


class ThumbAnswer(serializers.Serializer):
    mensaje = serializers.CharField()
    calificacion = ThumbSerializer()


class ThumbList(serializers.Serializer):
    calificaciones = ThumbSerializer(many=True)
    total = serializers.IntegerField()


class RateView(ChatView):
    """A thumb on an answer, of whoever may ask; with ``usuario_externo``, of a person."""

    @extend_schema(operation_id="chat_calificar", request=ThumbBody, responses=ThumbAnswer)
    def post(self, request: Request) -> HttpResponseBase:
        body = self.read(ThumbBody, request.data)
        person = self._person(body.get("usuario_externo"))
        rated = feedback.find(
            self.domain,
            user=None if person else self.actor,
            person=person,
            question=body["pregunta"],
            answer=body["answer"],
            turn=body.get("respuesta_id"),
            conversation=body.get("conversacion_id"),
        )
        row = feedback.thumb(rated, body["calificacion"], reason=body["motivo"])
        return Response(_told(_("Gracias por su calificación."), row))


class ThumbsView(LendingView):
    """The thumbs of the domain, the newest first."""

    rights = {"GET": "conversations.view_chatrating"}

    @extend_schema(
        operation_id="chat_calificaciones", parameters=[DOMAIN, ThumbsQuery], responses=ThumbList
    )
    def get(self, request: Request) -> Response:
        query = self.read(ThumbsQuery, request.query_params.dict())
        asked = {name: value for name, value in query.items() if value is not None}
        rows = _thumbs(self).filter(**asked).order_by("-created_at", "-pk")
        found = ThumbSerializer(rows, many=True).data
        return Response({"calificaciones": found, "total": len(found)})


class ProcessView(LendingView):
    """Say that a thumb was looked at, and what was changed because of it."""

    rights = {"PUT": "conversations.change_chatrating"}

    @extend_schema(
        operation_id="chat_calificacion_procesar",
        parameters=[DOMAIN],
        request=ThumbProcessing,
        responses=ThumbAnswer,
    )
    def put(self, request: Request, pk: int) -> Response:
        body = self.read(ThumbProcessing, request.data)
        row = _among(_thumbs(self).select_related("domain", "conversation"), id=pk)
        row = feedback.process(
            row,
            by=self.actor,
            notes=body.get("notas") or "",
            correction=body.get("correccion", ""),
            chunk=self._chunk(body.get("trozo_id")),
            change=self._change(body.get("mejora")),
        )
        return Response(_told(_("Calificación procesada."), row))

    def _chunk(self, pk: int | None) -> Chunk | None:
        rows = Chunk.objects.filter(document__domain=self.domain)
        return _among(rows, trozo_id=pk) if pk else None

    def _change(self, named: dict[str, Any] | None) -> models.Model | None:
        if not named:
            return None
        rows = feedback.CHANGES[named["tipo"]]._default_manager.filter(domain=self.domain)
        return _among(rows, mejora=named["id"])


def _thumbs(view: LendingView) -> QuerySet[ChatRating]:
    return ChatRating.objects.filter(domain=view.domain)


def _among(rows: QuerySet[Any], **named: Any) -> Any:
    """The row of ``rows`` with the one key in ``named``; :class:`NotFound` names its field."""
    ((_field, pk),) = named.items()
    if (row := rows.filter(pk=pk).first()) is None:
        raise NotFound(_("No existe."), **named)
    return row


def _told(message: str, row: ChatRating) -> dict[str, Any]:
    return {"mensaje": message, "calificacion": ThumbSerializer(row).data}


paths: list[URLPattern] = [
    path(f"{PREFIX}calificar", RateView.as_view(), name="chat_rate"),
    path(f"{PREFIX}calificaciones", ThumbsView.as_view(), name="chat_thumbs"),
    path(f"{PREFIX}calificaciones/<int:pk>/procesar", ProcessView.as_view(), name="chat_process"),
]
