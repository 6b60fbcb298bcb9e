"""``prompt`` and ``prompt/variables`` under ``/api/v1/configuracion/ai`` (requirements, 2.4)."""

from typing import Any

from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.models import Domain
from core.placeholders import BUILT_IN, places
from rag import prompt_variables
from rag.models import PromptVariable
from trainingsite.api.base import DOMAIN, LendingView
from trainingsite.api.conversation_serializers import Text
from trainingsite.api.words import LONGEST, PREFIX, RowSerializer, WordsViewSet, described

LONGEST_PROMPT = 8000  # characters: a small model's whole context
SHOWN = 20  # versions


class Variable(Text):
    """A name, with or without its braces."""

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data).removeprefix("{").removesuffix("}")


class VariableSerializer(RowSerializer):
    variable = Variable(source="name", max_length=100)
    descripcion = Text(
        source="description",
        max_length=LONGEST,
        help_text="Lo que se pone en su lugar; de una que llena el sitio, qué pone.",
    )


class PromptBody(serializers.Serializer):
    prompt = Text(max_length=LONGEST_PROMPT)


class PromptVersion(serializers.Serializer):
    numero = serializers.IntegerField(source="number")
    creado_en = serializers.DateTimeField(source="created_at")
    creado_por = serializers.CharField(source="created_by")


class Prompt(serializers.Serializer):
    """The prompt in use; ``marcadores`` are those that it may hold, ``usados`` those it does."""

    prompt = serializers.CharField()
    version = serializers.IntegerField()
    usados = serializers.ListField(child=serializers.CharField())
    marcadores = serializers.ListField(child=serializers.CharField())
    versiones = PromptVersion(many=True)


class PromptView(LendingView):
    rights = {"*": "core.change_domain"}

    @extend_schema(operation_id="ver_prompt", parameters=[DOMAIN], responses=Prompt)
    def get(self, request: Request) -> Response:
        """The prompt of the system that new answers and new datasets use."""
        return Response(_told(self.domain))

    @extend_schema(
        operation_id="cambiar_prompt",
        parameters=[DOMAIN],
        request=PromptBody,
        responses=Prompt,
    )
    def put(self, request: Request) -> Response:
        """Write its next version; 422 names the places that nothing fills."""
        body = self.read(PromptBody, request.data)
        by = self.actor.get_username()
        prompt_variables.write_prompt(self.domain, body["prompt"], by=by)
        return Response({"mensaje": _("Prompt guardado."), **_told(self.domain)})


def _told(domain: Domain) -> dict[str, Any]:
    newest = domain.prompt
    return Prompt(
        {
            "prompt": newest.text,
            "version": newest.number,
            "usados": places(newest.text),
            "marcadores": [*BUILT_IN, *sorted(prompt_variables.own(domain))],
            "versiones": domain.prompts.order_by("-number")[:SHOWN],
        }
    ).data


class VariableViewSet(WordsViewSet):
    """Texts of staff that a prompt names in braces."""

    model, serializer = PromptVariable, VariableSerializer
    one, many = "variable", "variables"
    rights = {
        "create": "rag.add_promptvariable",
        "update": "rag.change_promptvariable",
        "destroy": "rag.delete_promptvariable",
        "*": "rag.view_promptvariable",
    }

    @property
    def rows(self) -> Any:
        return super().rows.order_by("position", "name")


described(
    VariableViewSet, called=("variable", "variables"), named=("VariableGuardada", "Variables")
)


paths: list[URLPattern] = [
    path(f"{PREFIX}prompt", PromptView.as_view(), name="prompt"),
    path(
        f"{PREFIX}prompt/variables",
        VariableViewSet.as_view({"get": "list", "post": "create"}),
        name="prompt-variables",
    ),
    path(
        f"{PREFIX}prompt/variables/<int:pk>",
        VariableViewSet.as_view({"put": "update", "delete": "destroy"}),
        name="prompt-variable",
    ),
]
