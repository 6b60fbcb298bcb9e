"""What comes in and goes out at ``/conversaciones`` (requirements, 2.1), field by field."""

from datetime import datetime, time
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from conversations.capture import LONGEST
from conversations.models import Conversation

LARGEST_INTEGER = 2**31 - 1  # of an integer column
LAST_PAGE = 1_000_000
DOCUMENTS_LENGTH = 500  # of the column that holds them, comma-joined


class Text(serializers.CharField):
    """A string: numbers are not taken for texts."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number that its column can hold."""

    def __init__(self, *, min_value: int = 0, **options: Any) -> None:
        super().__init__(min_value=min_value, max_value=LARGEST_INTEGER, **options)


@extend_schema_field({"type": "string", "format": "date-time"})
class Moment(serializers.DateTimeField):
    """A date or a time in ISO format; a date stands for its first or its last instant."""

    def __init__(self, *, at: time, **options: Any) -> None:
        self.at = at
        super().__init__(**options)

    def to_internal_value(self, value: Any) -> datetime:
        try:
            day = parse_date(value) if isinstance(value, str) else None
        except ValueError:  # looks like a date and is none: the 30th of February
            day = None
        try:
            return super().to_internal_value(datetime.combine(day, self.at) if day else value)
        except OverflowError:  # the last hours of the year 9999, west of Greenwich
            self.fail("overflow")


def optional(field: type[serializers.Field], **options: Any) -> Any:
    """A field that may be absent or null."""
    return field(required=False, allow_null=True, **options)


class ConversationSerializer(serializers.ModelSerializer):
    """A conversation as it is shown."""

    pregunta = serializers.CharField(source="question")
    respuesta = serializers.CharField(source="answer")
    contexto_usado = serializers.CharField(source="context", allow_null=True)
    documentos_usados = serializers.SerializerMethodField()
    modelo_usado = serializers.CharField(source="model", allow_null=True)
    tokens_usados = serializers.IntegerField(source="tokens", allow_null=True)
    tiempo_respuesta = serializers.IntegerField(
        source="milliseconds", allow_null=True, help_text=_("Milisegundos.")
    )
    calificacion = serializers.IntegerField(source="stars", allow_null=True)
    usuario_id = serializers.IntegerField(source="user_id", allow_null=True)
    cliente_id = serializers.IntegerField(source="client_id", allow_null=True)
    prestamo_id = serializers.IntegerField(source="loan_id", allow_null=True)
    pago_id = serializers.IntegerField(source="payment_id", allow_null=True)
    cuota_id = serializers.IntegerField(source="instalment_id", allow_null=True)
    creado_en = serializers.DateTimeField(source="created_at")
    actualizado_en = serializers.DateTimeField(source="updated_at")

    class Meta:
        model = Conversation
        fields = [
            "id",
            "pregunta",
            "respuesta",
            "contexto_usado",
            "documentos_usados",
            "modelo_usado",
            "tokens_usados",
            "tiempo_respuesta",
            "calificacion",
            "feedback",
            "usuario_id",
            "cliente_id",
            "prestamo_id",
            "pago_id",
            "cuota_id",
            "creado_en",
            "actualizado_en",
        ]
        read_only_fields = fields

    def get_documentos_usados(self, row: Conversation) -> list[str]:
        return row.documents.split(",") if row.documents else []


class ConversationBody(serializers.Serializer):
    """A conversation as it is written: the keywords of ``capture()`` and ``rewrite()``."""

    pregunta = Text(source="question", max_length=LONGEST)
    respuesta = Text(source="answer", max_length=LONGEST)
    contexto_usado = optional(Text, source="context", allow_blank=True, max_length=LONGEST)
    documentos_usados = optional(
        serializers.ListField, source="documents", child=Whole(min_value=1)
    )
    modelo_usado = optional(Text, source="model", allow_blank=True, max_length=100)
    tokens_usados = optional(Whole, source="tokens")
    tiempo_respuesta = optional(Whole, source="milliseconds", help_text=_("Milisegundos."))
    cliente_id = optional(Whole, source="client_id")
    prestamo_id = optional(Whole, source="loan_id")
    pago_id = optional(Whole, source="payment_id")
    cuota_id = optional(Whole, source="instalment_id")

    def validate_documentos_usados(self, ids: list[int] | None) -> str | None:
        joined = ",".join(map(str, ids)) if ids is not None else None
        if joined and len(joined) > DOCUMENTS_LENGTH:
            raise serializers.ValidationError(_("Son demasiados documentos."))
        return joined


class RatingBody(serializers.Serializer):
    calificacion = serializers.IntegerField(min_value=1, max_value=5)
    feedback = optional(Text, allow_blank=True, max_length=LONGEST)


class ImproveBody(serializers.Serializer):
    pregunta = optional(Text, allow_blank=True, max_length=LONGEST)
    respuesta = optional(Text, allow_blank=True, max_length=LONGEST)


class ListQuery(serializers.Serializer):
    """The parameters of the list. Any others are ignored."""

    page = serializers.IntegerField(min_value=1, max_value=LAST_PAGE, default=1)
    per_page = serializers.IntegerField(min_value=1, max_value=100, default=50)
    con_calificacion = optional(serializers.BooleanField)
    fecha_desde = optional(Moment, at=time.min)
    fecha_hasta = optional(Moment, at=time.max)


class ConversationEnvelope(serializers.Serializer):
    conversacion = ConversationSerializer()


class ConversationPage(serializers.Serializer):
    conversaciones = ConversationSerializer(many=True)
    total = serializers.IntegerField()
    page = serializers.IntegerField()
    total_pages = serializers.IntegerField()


class Message(serializers.Serializer):
    mensaje = serializers.CharField()


class Improved(serializers.Serializer):
    pregunta_mejorada = serializers.CharField()
    respuesta_mejorada = serializers.CharField()
    mejoras_aplicadas = serializers.ListField(child=serializers.CharField())


class Collection(serializers.Serializer):
    total_recolectadas = serializers.IntegerField()
    total_existentes = serializers.IntegerField()
    mensaje = serializers.CharField()
