"""``/api/v1/configuracion/ai/diccionario-semantico`` (requirements, 2.4)."""

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from rag import dictionary_help
from rag.models import DictionaryTerm
from trainingsite.api.base import DOMAIN, LendingView
from trainingsite.api.conversation_serializers import Text
from trainingsite.api.words import (
    LONGEST,
    PREFIX,
    ActiveQuery,
    Blank,
    RowSerializer,
    Words,
    WordsViewSet,
    described,
)

ROOT = f"{PREFIX}diccionario-semantico"
CHANGE = "rag.change_dictionaryterm"


class TermSerializer(RowSerializer):
    palabra = Text(source="word", max_length=200)
    definicion = Text(source="definition", max_length=LONGEST)
    categoria = Blank(source="category", max_length=100)
    campo_relacionado = Blank(source="field", max_length=100)
    tabla_relacionada = Blank(source="table", max_length=100)
    sinonimos = Words(source="synonyms")
    ejemplos_uso = Words(source="examples", longest=500)


class TermQuery(ActiveQuery):
    categoria = Blank(source="category", max_length=100)


class HelpBody(serializers.Serializer):
    palabra = Text(max_length=200)
    definicion_actual = Blank(max_length=LONGEST)
    pregunta = Blank(
        max_length=1000, help_text="La que hizo el modelo, si `respuesta_usuario` la contesta."
    )
    respuesta_usuario = Blank(max_length=2000)


class DictionaryViewSet(WordsViewSet):
    """The words of the business: what people say, what it means, which column holds it."""

    model, serializer, query = DictionaryTerm, TermSerializer, TermQuery
    one, many = "entrada", "entradas"
    rights = {
        "create": "rag.add_dictionaryterm",
        "update": CHANGE,
        "destroy": "rag.delete_dictionaryterm",
        "*": "rag.view_dictionaryterm",
    }

    @extend_schema(
        operation_id="categorias_diccionario",
        parameters=[DOMAIN],
        responses=inline_serializer(
            "Categorias",
            {
                "categorias": serializers.ListField(child=serializers.CharField()),
                "total": serializers.IntegerField(),
            },
        ),
    )
    def categories(self, request: Request) -> Response:
        """The categories in use, in order."""
        named = self.rows.exclude(category=None).exclude(category="").order_by("category")
        found = [*named.values_list("category", flat=True).distinct()]
        return Response({"categorias": found, "total": len(found)})


described(DictionaryViewSet, called=("entrada", "diccionario"), named=("Entrada", "Entradas"))


class HelpView(LendingView):
    rights = {"POST": CHANGE}

    @extend_schema(
        operation_id="procesar_palabra",
        parameters=[DOMAIN],
        request=HelpBody,
        responses=inline_serializer(
            "PalabraProcesada",
            {
                "success": serializers.BooleanField(),
                "tipo": serializers.ChoiceField(choices=dictionary_help.KINDS),
                "definicion": serializers.CharField(required=False),
                "pregunta": serializers.CharField(required=False),
                "tokens_usados": serializers.IntegerField(),
            },
        ),
    )
    def post(self, request: Request) -> Response:
        """A better definition, or one question first. It stores nothing."""
        body = self.read(HelpBody, request.data)
        found = dictionary_help.improve(
            self.domain,
            body["palabra"],
            current=body.get("definicion_actual") or "",
            asked=body.get("pregunta") or "",
            said=body.get("respuesta_usuario") or "",
        )
        told = "pregunta" if found.is_question else "definicion"
        return Response(
            {"success": True, "tipo": found.kind, told: found.text, "tokens_usados": found.tokens}
        )


paths: list[URLPattern] = [
    path(ROOT, DictionaryViewSet.as_view({"get": "list", "post": "create"}), name="dictionary"),
    path(
        f"{ROOT}/<int:pk>",
        DictionaryViewSet.as_view({"put": "update", "delete": "destroy"}),
        name="dictionary-term",
    ),
    path(
        f"{ROOT}/categorias",
        DictionaryViewSet.as_view({"get": "categories"}),
        name="dictionary-categories",
    ),
    path(f"{ROOT}/procesar", HelpView.as_view(), name="dictionary-help"),
]
