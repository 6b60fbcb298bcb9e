"""``POST /webhook/chat/messages``: a bot hands a message over and gets the reply to show."""

from typing import Any

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from conversations import consent
from conversations.models import Person, Purpose
from rag.assistant import LONGEST_QUESTION, Answer, answer
from trainingsite.api.base import DOMAIN, WebhookView
from trainingsite.api.chat import ChatThrottle
from trainingsite.api.consent import Channel
from trainingsite.api.conversation_serializers import Text, optional
from trainingsite.api.idempotency import KEY, idempotent
from trainingsite.api.message_serializers import LONGEST_ID


class ChatMessageSerializer(serializers.Serializer):
    user_id = Text(max_length=LONGEST_ID, help_text="Como whatsapp:+593999999999.")
    conversation_id = optional(Text, max_length=LONGEST_ID)
    message = Text(max_length=LONGEST_QUESTION)
    channel = Channel(default="webhook")


class ReplySourceSerializer(serializers.Serializer):
    number = serializers.IntegerField()
    document_id = serializers.IntegerField()
    title = serializers.CharField()
    page = serializers.IntegerField(allow_null=True)
    similarity = serializers.FloatField(allow_null=True)
    cited = serializers.BooleanField()


class PersonThrottle(ChatThrottle):
    named_by = "user_id"


REPLY = inline_serializer(
    "RespuestaDelBot",
    {
        "success": serializers.BooleanField(),
        "reply": serializers.CharField(),
        "welcome": serializers.CharField(allow_null=True),
        "source": serializers.CharField(),
        "turn_id": serializers.IntegerField(allow_null=True),
        "sources": ReplySourceSerializer(many=True),
        "quote": serializers.JSONField(allow_null=True),
        "consent": inline_serializer(
            "PreguntaDeConsentimiento",
            {
                "question": serializers.CharField(allow_null=True),
                "state": serializers.BooleanField(allow_null=True),
            },
        ),
    },
)


def _answered(view: "ChatMessagesView", request: Request) -> tuple[Answer, Person]:
    """The answer, before the transaction in which the reply is kept: models take their time."""
    body = view.read(ChatMessageSerializer, request.data)
    person = consent.person_known_as(body["user_id"], domain=view.domain)
    reply = answer(
        view.domain,
        body["message"],
        by=view.actor,
        person=person,
        channel=body["channel"],
        thread=body.get("conversation_id") or "",
    )
    return reply, person


class ChatMessagesView(WebhookView):
    """Answer a person's message: show ``welcome``, ``reply`` and ``consent.question``, in order.

    The next message of the same person in the same channel answers the question of consent. With
    ``Idempotency-Key`` a message that is sent again gets the same reply.
    """

    rights = {"POST": "conversations.capture_message"}
    throttle_classes = [PersonThrottle]

    @extend_schema(
        operation_id="chat_mensajes",
        parameters=[DOMAIN, KEY],
        request=ChatMessageSerializer,
        responses=REPLY,
    )
    @idempotent(first=_answered)
    def post(self, request: Request, answered: tuple[Answer, Person]) -> Response:
        reply, person = answered
        word = person.word_on(Purpose.TRAINING)
        return Response(
            {
                "success": reply.source != "sorry",
                "reply": reply.text,
                "welcome": reply.welcome,
                "source": reply.source,
                "turn_id": reply.turn.pk if reply.turn else None,
                "sources": ReplySourceSerializer(reply.sources, many=True).data,
                "quote": _quote(reply),
                "consent": {"question": reply.consent, "state": word.granted if word else None},
            }
        )


def _quote(reply: Answer) -> dict[str, Any] | None:
    quote = reply.quote
    if quote is None:
        return None
    return {
        "number": quote.number,
        "total": str(quote.total),
        "currency": quote.currency,
        "valid_until": quote.valid_until.isoformat(),
    }


paths: list[URLPattern] = [
    path("webhook/chat/messages", ChatMessagesView.as_view(), name="chat_messages")
]
