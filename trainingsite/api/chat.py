"""``/api/v1/configuracion/ai/chat``: ask the bot (requirements, 2.4)."""

from typing import Any

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle

from rag.assistant import LONGEST_QUESTION, Answer, answer
from trainingsite.api.base import LendingView
from trainingsite.api.conversation_serializers import Text


class QuestionSerializer(serializers.Serializer):
    pregunta = Text(max_length=LONGEST_QUESTION)


class ChatThrottle(UserRateThrottle):
    scope = "chat"
    rate = "20/min"


class ChatView(LendingView):
    """Answer a question with the domain's active model and its approved answers."""

    rights = {"POST": "rag.ask_assistant"}
    throttle_classes = [ChatThrottle]

    @extend_schema(
        operation_id="chat",
        request=QuestionSerializer,
        responses=inline_serializer(
            "Respuesta",
            {
                "success": serializers.BooleanField(),
                "respuesta": serializers.CharField(),
                "pregunta": serializers.CharField(),
                "tokens_usados": serializers.IntegerField(),
                "modelo_usado": serializers.CharField(),
                "tiempo_respuesta": serializers.IntegerField(help_text="Milisegundos."),
                "metricas": serializers.JSONField(),
            },
        ),
    )
    def post(self, request: Request) -> Response:
        question = self.read(QuestionSerializer, request.data)["pregunta"]
        return Response(_as_json(question, answer(self.domain, question, by=self.actor)))


def _as_json(question: str, reply: Answer) -> dict[str, Any]:
    return {
        "success": True,
        "respuesta": reply.text,
        "pregunta": question,
        "tokens_usados": reply.tokens,
        "modelo_usado": reply.model,
        "tiempo_respuesta": reply.milliseconds,
        "metricas": {
            "origen": reply.source,
            "conversacion_id": reply.conversation.pk if reply.conversation else None,
            "ejemplos": [
                {"conversacion_id": it.conversation_id, "similitud": it.similarity}
                for it in reply.examples
            ],
        },
    }


paths: list[URLPattern] = [path("api/v1/configuracion/ai/chat", ChatView.as_view(), name="chat")]
