"""``POST /chat/<slug>/pulgares``: a visitor rates an answer they got."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from rag import feedback
from trainingsite.api.conversation_serializers import Text, Whole
from trainingsite.api.feedback import LONGEST_NOTE, Value
from trainingsite.chat.base import VisitorView


class ThumbBody(serializers.Serializer):
    respuesta_id = Whole(min_value=1)
    calificacion = Value()
    motivo = Text(max_length=LONGEST_NOTE, required=False, allow_blank=True, default="")


class ThumbsView(VisitorView):
    """Keep a thumb, and its reason; a second one on the same answer replaces the first."""

    def post(self, request: Request, slug: str) -> Response:
        body = self.read(ThumbBody, request.data)
        rated = feedback.find(self.domain, person=self.person, turn=body["respuesta_id"])
        feedback.thumb(rated, body["calificacion"], reason=body["motivo"])
        return Response({"success": True})
