"""``POST /chat/<slug>/mensajes``: a visitor writes, and is answered word by word."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import chain
from typing import Any

from django.http import StreamingHttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from rag.assistant import LONGEST_QUESTION, Answer, stream
from trainingsite.api.chat import AnyAccept, event, event_stream
from trainingsite.api.conversation_serializers import Text
from trainingsite.api.idempotency import Slot, slot_for
from trainingsite.chat import telling, visitors
from trainingsite.chat.base import VisitorView

Saying = Iterator[str | Answer]


class MessageSerializer(serializers.Serializer):
    mensaje = Text(max_length=LONGEST_QUESTION)


class MessagesView(VisitorView):
    """Answer a message: events ``texto`` with a piece, and ``fin`` with all of the answer.

    A message that is sent again with its ``Idempotency-Key`` gets the answer that was made for it,
    in ``fin`` alone; while that is being made, 409 with code ``being_answered``.
    """

    content_negotiation_class = AnyAccept

    def post(self, request: Request, slug: str) -> StreamingHttpResponse:
        message = self.read(MessageSerializer, request.data)["mensaje"]
        slot = slot_for(request, self.domain, who=self.visitor)
        if (kept := slot.claim()) is not None:
            return event_stream(iter([event("fin", kept)]))
        person = self.person
        said = stream(self.domain, message, person=person, channel=visitors.CHANNEL)

        def kept_as_told(answer: Answer) -> dict[str, Any]:
            told = telling.as_json(message, answer, person)
            slot.keep(told)
            return told

        return event_stream(_events(_begun(said, slot), kept_as_told, slot))


def _begun(said: Saying, slot: Slot) -> Saying:
    """``said``, once it is known that there is an answer: what is refused is refused here."""
    with ExitStack() as undo:
        undo.callback(slot.release)
        first = next(said)
        undo.pop_all()
    return chain([first], said)


def _events(
    said: Saying, kept_as_told: Callable[[Answer], dict[str, Any]], slot: Slot
) -> Iterator[bytes]:
    try:
        for it in said:
            if isinstance(it, Answer):
                yield event("fin", kept_as_told(it))
            else:
                yield event("texto", {"texto": it})
    finally:
        slot.release()
