"""``POST /webhook/training/messages``: what a bot hears and says, one message or many."""

from http import HTTPStatus
from typing import Any

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from conversations import incoming
from conversations.capture import ConsentMissing, NoQuestion, Outcome
from conversations.incoming import AboutConsent, Message
from core.errors import Invalid
from trainingsite.api.base import DOMAIN, WebhookView
from trainingsite.api.errors import FIELDS_WRONG
from trainingsite.api.idempotency import KEY, idempotent
from trainingsite.api.message_serializers import (
    ANSWER,
    BODY,
    LONGEST_ID,
    MessageBody,
    message_of,
)

MOST = 1000  # messages of a batch
NOT_KEPT = (ConsentMissing, NoQuestion, AboutConsent)

Answer = dict[str, Any]


class MessagesView(WebhookView):
    """Take messages; 202 is said when they are stored."""

    rights = {"POST": "conversations.capture_message"}

    @extend_schema(
        operation_id="capturar_mensajes",
        parameters=[DOMAIN, KEY],
        request=BODY,
        responses={202: ANSWER},
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """A message, or up to 1000 (`{"messages": [...]}` or a list), each with its own result."""
        batch = _batch(request.data)
        answer = self._one(request.data) if batch is None else self._many(batch)
        return Response({"success": True} | answer, HTTPStatus.ACCEPTED)

    def _one(self, data: Any) -> Answer:
        message = message_of(self.read(MessageBody, data))
        (outcome,) = incoming.deliver(self.domain, [message])
        if outcome.refusal and not isinstance(outcome.refusal, NOT_KEPT):
            raise outcome.refusal
        return _told(outcome)

    def _many(self, batch: list[Any]) -> Answer:
        body = MessageBody()  # one for all: making its fields costs more than using them
        read = [_read(body, data) for data in batch]
        good = [message for message in read if isinstance(message, Message)]
        kept = iter(incoming.deliver(self.domain, good))
        results = [
            {"index": index, "message_id": _id_of(data)}
            | (_told(next(kept)) if isinstance(found, Message) else _wrong(found))
            for index, (data, found) in enumerate(zip(batch, read, strict=True))
        ]
        captured = sum(bool(result["captured"]) for result in results)
        return {"results": results, "captured": captured, "rejected": len(batch) - captured}


def _batch(data: Any) -> list[Any] | None:
    """The messages of a batch; ``None`` when the body is a single one. Raises Invalid."""
    if isinstance(data, dict) and "messages" not in data:
        return None
    batch = data["messages"] if isinstance(data, dict) else data
    if not isinstance(batch, list) or not 0 < len(batch) <= MOST:
        raise Invalid(FIELDS_WRONG, messages=[f"Una lista de 1 a {MOST} mensajes."])
    return batch


def _read(body: MessageBody, data: Any) -> Message | ValidationError:
    try:
        return message_of(body.run_validation(data))
    except ValidationError as wrong:
        return wrong


def _told(outcome: Outcome) -> Answer:
    refusal = outcome.refusal
    if refusal is None:
        return {"captured": True, "id": outcome.kept.pk, "duplicate": outcome.duplicate}
    if isinstance(refusal, NOT_KEPT):
        return {"captured": False, "reason": refusal.code}
    error = {"code": refusal.code, "message": str(refusal), "details": refusal.details}
    return {"captured": False, "error": error}


def _wrong(wrong: ValidationError) -> Answer:
    fields = wrong.detail
    if not isinstance(fields, dict):
        fields = {api_settings.NON_FIELD_ERRORS_KEY: fields}
    error = {"code": wrong.default_code, "message": FIELDS_WRONG, "details": fields}
    return {"captured": False, "error": error}


def _id_of(data: Any) -> str | None:
    """The item's own id, where it can be said back."""
    given = data.get("message_id") if isinstance(data, dict) else None
    if isinstance(given, str) and given.isprintable() and len(given) <= LONGEST_ID:
        return given
    return None


paths: list[URLPattern] = [
    path("webhook/training/messages", MessagesView.as_view(), name="messages")
]
