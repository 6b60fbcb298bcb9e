"""``/webhook/providers``: where a provider says that something happened to a training.

It signs as Standard Webhooks do; nobody logs in. The answer says nothing about our jobs.
"""

from django.urls import URLPattern, path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from finetune import notices
from trainingsite.api import bodies

SIGNED = [
    OpenApiParameter(name, str, OpenApiParameter.HEADER, required=True)
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
]


class Noted(serializers.Serializer):
    success = serializers.BooleanField()


class ProviderNoticeView(APIView):
    authentication_classes = []
    permission_classes = []

    @extend_schema(
        operation_id="aviso_del_proveedor",
        parameters=SIGNED,
        request=OpenApiTypes.OBJECT,
        responses=Noted,
    )
    def post(self, request: Request, provider: str) -> Response:
        """Have the queue ask about a training; 400 for a wrong or old signature, 409 again."""
        notices.receive(provider, bodies.raw(request), request.headers)
        return Response({"success": True})


paths: list[URLPattern] = [
    path(
        "webhook/providers/<str:provider>/events",
        ProviderNoticeView.as_view(),
        name="provider-notice",
    ),
]
