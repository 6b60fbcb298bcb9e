"""``/webhook/whatsapp``: where WhatsApp's Cloud API brings messages. It signs; nobody logs in."""

from django.http import HttpResponse
from django.urls import URLPattern, path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rag.whatsapp import receiving
from trainingsite.api import bodies

SIGNATURE = "X-Hub-Signature-256"
CHALLENGED = [
    OpenApiParameter(name, str, OpenApiParameter.QUERY, required=True)
    for name in ("hub.mode", "hub.verify_token", "hub.challenge")
]


class Taken(serializers.Serializer):
    success = serializers.BooleanField()


class WhatsAppView(APIView):
    authentication_classes = []
    permission_classes = []

    @extend_schema(
        operation_id="whatsapp_verificacion",
        parameters=CHALLENGED,
        responses={(200, "text/plain"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponse:
        """Prove that the address is ours: the challenge comes back; 403 for another word."""
        challenge = receiving.challenge(request.query_params.dict())
        return HttpResponse(challenge, content_type="text/plain")

    @extend_schema(
        operation_id="whatsapp_entrega",
        parameters=[OpenApiParameter(SIGNATURE, str, OpenApiParameter.HEADER, required=True)],
        request=OpenApiTypes.OBJECT,
        responses=Taken,
    )
    def post(self, request: Request) -> Response:
        """Keep what was delivered, and have it answered; 403 for a signature that is wrong."""
        receiving.receive(bodies.raw(request), request.headers.get(SIGNATURE, ""))
        return Response({"success": True})


paths: list[URLPattern] = [path("webhook/whatsapp", WhatsAppView.as_view(), name="whatsapp")]
