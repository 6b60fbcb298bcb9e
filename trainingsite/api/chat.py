"""``/api/v1/configuracion/ai/chat``: ask the bot (requirements, 2.4)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from conversations import consent
from conversations.models import Person, Purpose
from core.errors import Invalid
from rag.assistant import LONGEST_QUESTION, Answer, answer
from trainingsite.api.base import LendingView
from trainingsite.api.consent import Channel
from trainingsite.api.conversation_serializers import Text, optional


class QuestionSerializer(serializers.Serializer):
    pregunta = Text(max_length=LONGEST_QUESTION)
    usuario_externo = optional(
        Text, help_text="Quien pregunta, como lo llama su canal: whatsapp:+593999999999."
    )
    canal = Channel(default="chat")


class ConsentState(serializers.Serializer):
    """What the channel shows with the answer, and how things stand."""

    pregunta = serializers.CharField(
        allow_null=True, help_text="Muéstrela tal cual, con Sí y No: el mensaje siguiente contesta."
    )
    estado = serializers.BooleanField(allow_null=True, help_text="Nulo: aún no ha dicho nada.")


class ChatThrottle(UserRateThrottle):
    """Twenty a minute for each who asks: a bot's key speaks for many people."""

    scope = "chat"
    rate = "20/min"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        key = super().get_cache_key(request, view)
        body = request.data if isinstance(request.data, dict) else {}
        return f"{key}:{consent.keyed(str(body.get('usuario_externo') or ''))}"


class ChatView(LendingView):
    """Answer a question with the domain's active model and its approved answers.

    With ``usuario_externo`` the question is a person's: they are asked for their consent when it
    is due, and what they say is kept only with it.
    """

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
                "consentimiento": ConsentState(),
            },
        ),
    )
    def post(self, request: Request) -> Response:
        body = self.read(QuestionSerializer, request.data)
        person = self._person(body.get("usuario_externo"))
        reply = answer(
            self.domain, body["pregunta"], by=self.actor, person=person, channel=body["canal"]
        )
        return Response(_as_json(body["pregunta"], reply, person))

    def _person(self, outside_id: str | None) -> Person | None:
        """Whom a channel asks for; :class:`PermissionDenied` to who may not speak for people.

        Raises :class:`Invalid` when a bot names nobody: what its people say would be kept as words
        of staff, without anybody's consent.
        """
        speaks_for_people = self.actor.has_perm("conversations.capture_message")
        if not outside_id:
            if speaks_for_people and not self.actor.has_perm("conversations.rate_conversation"):
                raise Invalid("Falta quién pregunta.", usuario_externo=["Este campo es requerido."])
            return None
        if not speaks_for_people:
            raise PermissionDenied
        return consent.person_known_as(outside_id, domain=self.domain)


def _as_json(question: str, reply: Answer, person: Person | None) -> dict[str, Any]:
    word = person.word_on(Purpose.TRAINING) if person else None
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
        "consentimiento": {"pregunta": reply.consent, "estado": word.granted if word else None},
    }


paths: list[URLPattern] = [path("api/v1/configuracion/ai/chat", ChatView.as_view(), name="chat")]
