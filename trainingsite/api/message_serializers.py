"""What comes in and goes out at ``/webhook/training/messages``, field by field."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from conversations.capture import LONGEST, Facts
from conversations.incoming import Message
from conversations.models import Role
from trainingsite.api.consent import YesOrNo
from trainingsite.api.conversation_serializers import Text, optional

LONGEST_ID = 200
MOST_TURNS = 200  # of a history; the last ones are kept
AHEAD = timedelta(days=1)  # a channel's clock may be wrong, but not by more


@extend_schema_field({"type": "string", "format": "date-time"})
class SentAt(serializers.Field):
    """A moment in ISO format, with its zone, not in the far future."""

    default_error_messages = {
        "invalid": _("Una fecha y hora ISO con zona, como 2026-11-21T10:00:00-05:00."),
        "future": _("Está en el futuro."),
    }

    def to_internal_value(self, data: Any) -> datetime:
        try:
            moment = parse_datetime(data) if isinstance(data, str) else None
            too_late = moment and moment > timezone.now() + AHEAD
        except (ValueError, TypeError, OverflowError):  # no such day; without a zone; the year 9999
            moment = None
        if moment is None:
            self.fail("invalid")
        if too_late:
            self.fail("future")
        return moment


class Turn(serializers.Serializer):
    role = serializers.ChoiceField(Role.choices)
    content = Text(max_length=LONGEST)


class Context(serializers.Serializer):
    """What the bot knows around the message (requirements, R028-R032)."""

    historial = optional(Turn, many=True, max_length=MOST_TURNS)
    productId = optional(Text, allow_blank=True, max_length=80)  # noqa: N815
    productName = optional(Text, allow_blank=True, max_length=80)  # noqa: N815
    category = optional(Text, allow_blank=True, max_length=50)


class Metadata(serializers.Serializer):
    """What a channel may add (requirements, R036). Other keys are not kept."""

    state = optional(Text, allow_blank=True, max_length=50)
    has_quote = optional(YesOrNo)


class MessageBody(serializers.Serializer):
    """A customer's message with the bot's answer, if it has one; or one turn of either."""

    user_id = Text(max_length=LONGEST_ID)
    conversation_id = Text(max_length=LONGEST_ID)
    message_id = Text(max_length=LONGEST_ID)
    user_message = optional(Text, max_length=LONGEST)
    bot_response = optional(Text, allow_blank=True, max_length=LONGEST)
    role = optional(serializers.ChoiceField, choices=Role.choices)
    content = optional(Text, max_length=LONGEST)
    context = optional(Context)
    metadata = optional(Metadata)
    sent_at = optional(SentAt)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Either ``user_message`` (and perhaps ``bot_response``), or ``role`` and ``content``."""
        turn = [name for name in ("role", "content") if attrs.get(name)]
        wrong: dict[str, Any] = {}
        if attrs.get("user_message"):
            wrong = {name: _("No va junto con user_message.") for name in turn}
        elif turn:
            missing = {"role", "content"} - set(turn)
            wrong = {name: self.fields[name].error_messages["required"] for name in missing}
            if attrs.get("bot_response"):
                wrong["bot_response"] = _("Va junto con user_message.")
        else:
            wrong = {"user_message": self.fields["user_message"].error_messages["required"]}
        if wrong:
            raise serializers.ValidationError(wrong)
        return attrs


class MessageBatch(serializers.Serializer):
    messages = MessageBody(many=True)


class ItemError(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()
    details = serializers.JSONField()


class Captured(serializers.Serializer):
    """One message's fate: its exchange, or why nothing was kept."""

    success = serializers.BooleanField()
    captured = serializers.BooleanField()
    id = serializers.IntegerField(required=False)
    duplicate = serializers.BooleanField(required=False)
    reason = serializers.CharField(required=False)


class BatchItem(serializers.Serializer):
    index = serializers.IntegerField()
    message_id = serializers.CharField(allow_null=True)
    captured = serializers.BooleanField()
    id = serializers.IntegerField(required=False)
    duplicate = serializers.BooleanField(required=False)
    reason = serializers.CharField(required=False)
    error = ItemError(required=False)


class CapturedBatch(serializers.Serializer):
    success = serializers.BooleanField()
    results = BatchItem(many=True)
    captured = serializers.IntegerField()
    rejected = serializers.IntegerField()


BODY = PolymorphicProxySerializer(
    component_name="Mensajes",
    serializers=[MessageBody, MessageBatch],
    resource_type_field_name=None,
)
ANSWER = PolymorphicProxySerializer(
    component_name="MensajesRecibidos",
    serializers=[Captured, CapturedBatch],
    resource_type_field_name=None,
)


def message_of(body: dict[str, Any]) -> Message:
    """The delivery that a valid body describes."""
    turn, said = body.get("role"), body.get("content") or ""
    return Message(
        user_id=body["user_id"],
        conversation_id=body["conversation_id"],
        message_id=body["message_id"],
        question=said if turn == Role.USER else body.get("user_message") or "",
        answer=said if turn == Role.ASSISTANT else body.get("bot_response") or "",
        sent_at=body.get("sent_at"),
        facts=_facts(body.get("context") or {}, body.get("metadata") or {}),
    )


def _facts(context: dict[str, Any], metadata: dict[str, Any]) -> Facts:
    told = {name: value for name, value in metadata.items() if value not in (None, "")}
    return Facts(
        product=context.get("productName") or "",
        product_code=context.get("productId") or "",
        category=context.get("category") or "",
        history=[dict(turn) for turn in context.get("historial") or []],
        metadata=told,
    )
