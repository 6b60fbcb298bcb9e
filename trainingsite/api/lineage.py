"""``/api/v1/ai/training/linaje``: where a model comes from, and where something has gone."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.models import Conversation, Person
from finetune import lineage
from finetune.activation import model_named
from trainingsite.api.base import DOMAIN, LendingView
from trainingsite.api.lineage_serializers import AncestrySerializer, LineageQuery, ReachSerializer

ANSWER = PolymorphicProxySerializer(
    component_name="Lineage",
    serializers=[AncestrySerializer, ReachSerializer],
    resource_type_field_name=None,
)


class LineageView(LendingView):
    rights = {"GET": "finetune.view_trainedmodel"}

    @extend_schema(operation_id="ver_linaje", parameters=[DOMAIN, LineageQuery], responses=ANSWER)
    def get(self, request: Request) -> Response:
        """Of `modelo`: its training, version, lines, decisions, exchanges and consents.

        Of `persona`, `conversacion` or `revisor`: every version, model and export it went to.
        """
        query = self.read(LineageQuery, request.query_params.dict())
        if name := query.get("modelo"):
            model = model_named(self.domain, name)
            page = lineage.of_model(model, limit=query["limite"], offset=query["desde"])
            return Response(AncestrySerializer(page).data)
        return Response(ReachSerializer(self._reach(query)).data)

    def _reach(self, query: dict[str, Any]) -> lineage.Reach:
        own = {"domain": self.domain}
        if username := query.get("revisor"):
            return lineage.of_reviewer(username, **own)
        if number := query.get("conversacion"):
            return lineage.of_conversation(get_object_or_404(Conversation, pk=number, **own))
        if not self.actor.has_perm("conversations.view_person"):
            raise PermissionDenied
        return lineage.of_person(get_object_or_404(Person, pk=query["persona"], **own))


paths: list[URLPattern] = [
    path("api/v1/ai/training/linaje", LineageView.as_view(), name="lineage"),
]
