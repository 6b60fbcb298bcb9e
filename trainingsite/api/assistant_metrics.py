"""``metricas``, ``metricas/chat`` and ``probar`` under ``/api/v1/configuracion/ai`` (2.4)."""

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from rag import usage
from rag.assistant import LONGEST_QUESTION, answer
from trainingsite.api.base import DOMAIN, LendingView
from trainingsite.api.chat import ChatThrottle, SourceSerializer
from trainingsite.api.conversation_serializers import Text
from trainingsite.api.words import PREFIX

QUESTION = "¿Qué puede hacer por mí?"
LONGEST_PERIOD = 24 * 90  # hours


class Documents(serializers.Serializer):
    total_documentos = serializers.IntegerField()
    documentos_activos = serializers.IntegerField()
    documentos_procesados = serializers.IntegerField()
    documentos_fallidos = serializers.IntegerField()
    documentos_con_embeddings = serializers.IntegerField()
    total_embeddings = serializers.IntegerField()
    bytes_totales = serializers.IntegerField()
    ultima_actualizacion = serializers.DateTimeField(allow_null=True)


class Times(serializers.Serializer):
    """Milliseconds."""

    promedio = serializers.IntegerField(allow_null=True)
    p50 = serializers.IntegerField(allow_null=True)
    p95 = serializers.IntegerField(allow_null=True)


class Tokens(serializers.Serializer):
    total = serializers.IntegerField()
    promedio = serializers.IntegerField(allow_null=True)


class Chat(serializers.Serializer):
    horas = serializers.IntegerField()
    total_solicitudes = serializers.IntegerField()
    solicitudes_exitosas = serializers.IntegerField()
    solicitudes_fallidas = serializers.IntegerField()
    tasa_exito = serializers.FloatField(allow_null=True)
    tiempo_respuesta = Times()
    tokens = Tokens()
    usuarios_unicos = serializers.IntegerField()
    por_origen = serializers.DictField(child=serializers.IntegerField())
    por_modelo = serializers.DictField(child=serializers.IntegerField())


class PeriodQuery(serializers.Serializer):
    horas = serializers.IntegerField(min_value=1, max_value=LONGEST_PERIOD, default=24)


class TestBody(serializers.Serializer):
    pregunta = Text(max_length=LONGEST_QUESTION, required=False, default=QUESTION)
    usar_documentos = serializers.BooleanField(default=True)


class DocumentsView(LendingView):
    rights = {"GET": "core.change_domain"}

    @extend_schema(operation_id="metricas_documentos", parameters=[DOMAIN], responses=Documents)
    def get(self, request: Request) -> Response:
        """What there is to look up."""
        return Response(Documents(usage.documents(self.domain)).data)


class ChatMetricsView(LendingView):
    rights = {"GET": "core.change_domain"}

    @extend_schema(operation_id="metricas_chat", parameters=[DOMAIN, PeriodQuery], responses=Chat)
    def get(self, request: Request) -> Response:
        """What was asked lately, and how it went. Counted in the tables: a restart loses none."""
        query = self.read(PeriodQuery, request.query_params.dict())
        return Response(Chat(usage.chat(self.domain, hours=query["horas"])).data)


class TestView(LendingView):
    """One question, answered as the bot would; nothing of it is kept."""

    rights = {"POST": "core.change_domain"}
    throttle_classes = [ChatThrottle]

    @extend_schema(
        operation_id="probar",
        parameters=[DOMAIN],
        request=TestBody,
        responses=inline_serializer(
            "Prueba",
            {
                "success": serializers.BooleanField(help_text="Falso: ahora nadie pudo contestar."),
                "pregunta": serializers.CharField(),
                "respuesta": serializers.CharField(),
                "origen": serializers.CharField(),
                "modelo_usado": serializers.CharField(),
                "tokens_usados": serializers.IntegerField(),
                "tiempo_respuesta": serializers.IntegerField(help_text="Milisegundos."),
                "fuentes": SourceSerializer(many=True),
            },
        ),
    )
    def post(self, request: Request) -> Response:
        """Without ``usar_documentos``, as if there were none to look into."""
        body = self.read(TestBody, request.data)
        reply = answer(
            self.domain,
            body["pregunta"],
            by=self.actor,
            channel="prueba",
            documents=body["usar_documentos"],
            keep=False,
        )
        return Response(
            {
                "success": reply.source != "sorry",
                "pregunta": body["pregunta"],
                "respuesta": reply.text,
                "origen": reply.source,
                "modelo_usado": reply.model,
                "tokens_usados": reply.tokens,
                "tiempo_respuesta": reply.milliseconds,
                "fuentes": SourceSerializer(reply.sources, many=True).data,
            }
        )


paths: list[URLPattern] = [
    path(f"{PREFIX}metricas", DocumentsView.as_view(), name="documents-metrics"),
    path(f"{PREFIX}metricas/chat", ChatMetricsView.as_view(), name="chat-metrics"),
    path(f"{PREFIX}probar", TestView.as_view(), name="try-assistant"),
]
