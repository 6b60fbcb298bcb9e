"""``/api/v1/configuracion/ai/chat``: ask the bot (requirements, 2.4), whole or word by word."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from conversations import consent
from conversations.models import Person, Purpose
from core.errors import Invalid
from rag.assistant import LONGEST_QUESTION, Answer, answer, stream
from trainingsite.api.base import LendingView
from trainingsite.api.consent import Channel
from trainingsite.api.conversation_serializers import Text, optional

EVENTS = "text/event-stream"


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


class SourceSerializer(serializers.Serializer):
    """A passage that the answer was made from; ``[numero]`` names it in the text."""

    numero = serializers.IntegerField(source="number")
    documento_id = serializers.IntegerField(source="document_id")
    titulo = serializers.CharField(source="title")
    pagina = serializers.IntegerField(source="page", allow_null=True)
    similitud = serializers.FloatField(source="similarity", allow_null=True)
    citada = serializers.BooleanField(source="cited")


ANSWER = inline_serializer(
    "Respuesta",
    {
        "success": serializers.BooleanField(help_text="Falso: ahora nadie pudo contestar."),
        "respuesta": serializers.CharField(help_text="Texto: no lo muestre como HTML o Markdown."),
        "pregunta": serializers.CharField(),
        "tokens_usados": serializers.IntegerField(),
        "modelo_usado": serializers.CharField(),
        "tiempo_respuesta": serializers.IntegerField(help_text="Milisegundos."),
        "metricas": serializers.JSONField(),
        "fuentes": SourceSerializer(many=True),
        "bienvenida": serializers.CharField(allow_null=True),
        "proforma": serializers.CharField(allow_null=True, help_text="Su número, si se hizo una."),
        "consentimiento": ConsentState(),
    },
)


class ChatThrottle(UserRateThrottle):
    """Twenty a minute for each who asks: a bot's key speaks for many people."""

    scope = "chat"
    rate = "20/min"
    named_by = "usuario_externo"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        key = super().get_cache_key(request, view)
        body = request.data if isinstance(request.data, dict) else {}
        return f"{key}:{consent.keyed(str(body.get(self.named_by) or ''))}"


class ChatView(LendingView):
    """Answer a question from the domain's documents, its approved answers and its model.

    With ``usuario_externo`` the question is a person's: they are asked for their consent when it
    is due, and what they say is kept only with it.
    """

    rights = {"POST": "rag.ask_assistant"}
    throttle_classes = [ChatThrottle]

    @extend_schema(operation_id="chat", request=QuestionSerializer, responses=ANSWER)
    def post(self, request: Request) -> HttpResponseBase:
        question, person, channel = self._asked(request)
        reply = answer(self.domain, question, by=self.actor, person=person, channel=channel)
        return Response(as_json(question, reply, person))

    def _asked(self, request: Request) -> tuple[str, Person | None, str]:
        body = self.read(QuestionSerializer, request.data)
        return body["pregunta"], self._person(body.get("usuario_externo")), body["canal"]

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


class AnyAccept(DefaultContentNegotiation):
    """Whatever a client asks for, what is refused before the stream begins is JSON."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type


class StreamView(ChatView):
    """As ``chat``, word by word: events ``texto`` with a piece, and ``fin`` with all of the answer.

    The text of ``fin`` is the answer; pieces of one that a model broke off are replaced by it.
    """

    content_negotiation_class = AnyAccept

    @extend_schema(
        operation_id="chat_stream",
        request=QuestionSerializer,
        responses={(200, EVENTS): OpenApiResponse(description="texto…, fin")},
    )
    def post(self, request: Request) -> HttpResponseBase:
        question, person, channel = self._asked(request)
        said = stream(self.domain, question, by=self.actor, person=person, channel=channel)
        first = next(said)  # what is refused is refused before the answer begins
        return event_stream(_events(chain([first], said), question, person))


def as_json(question: str, reply: Answer, person: Person | None) -> dict[str, Any]:
    """An answer as the chat tells it."""
    word = person.word_on(Purpose.TRAINING) if person else None
    return {
        "success": reply.source != "sorry",
        "respuesta": reply.text,
        "pregunta": question,
        "tokens_usados": reply.tokens,
        "modelo_usado": reply.model,
        "tiempo_respuesta": reply.milliseconds,
        "metricas": {
            "origen": reply.source,
            "respuesta_id": reply.turn.pk if reply.turn else None,
            "conversacion_id": reply.conversation.pk if reply.conversation else None,
            "ejemplos": [
                {"conversacion_id": it.conversation_id, "similitud": it.similarity}
                for it in reply.examples
            ],
        },
        "fuentes": SourceSerializer(reply.sources, many=True).data,
        "bienvenida": reply.welcome,
        "proforma": reply.quote.number if reply.quote else None,
        "consentimiento": {"pregunta": reply.consent, "estado": word.granted if word else None},
    }


def _events(said: Iterator[str | Answer], question: str, person: Person | None) -> Iterator[bytes]:
    for it in said:
        if isinstance(it, Answer):
            yield event("fin", as_json(question, it, person))
        else:
            yield event("texto", {"texto": it})


def event(name: str, data: dict[str, Any]) -> bytes:
    """One event of a stream, as browsers read it."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def event_stream(events: Iterator[bytes]) -> StreamingHttpResponse:
    """``events`` as they come: nobody on the way keeps them, or waits for the last."""
    response = StreamingHttpResponse(_to_the_end(events), content_type=EVENTS)
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


def _to_the_end(events: Iterator[bytes]) -> Iterator[bytes]:
    """``events``; when whoever asked leaves, the answer is finished and kept without them."""
    try:
        for it in events:  # noqa: UP028 ("yield from" would end them with us)
            yield it
    except GeneratorExit:
        for _ in events:
            pass
        raise


paths: list[URLPattern] = [
    path("api/v1/configuracion/ai/chat", ChatView.as_view(), name="chat"),
    path("api/v1/configuracion/ai/chat/stream", StreamView.as_view(), name="chat_stream"),
]
