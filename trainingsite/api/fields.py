"""``/api/v1/configuracion/ai/definiciones-campos`` and ``tablas-campos`` (requirements, 2.4)."""

from typing import Any

from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from rag import fields
from rag.introspection import ColumnFacts
from rag.models import FieldDefinition
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

ROOT = f"{PREFIX}definiciones-campos"


class FieldSerializer(RowSerializer):
    tabla = Text(source="table", max_length=100)
    campo = Text(source="field", max_length=100)
    definicion = Text(source="definition", max_length=LONGEST)
    tipo_dato = Blank(source="data_type", max_length=50)
    es_obligatorio = serializers.BooleanField(source="required", required=False)
    tiene_indice = serializers.BooleanField(source="indexed", required=False)
    es_clave_foranea = serializers.BooleanField(source="is_foreign_key", required=False)
    tabla_referenciada = Blank(source="referenced_table", max_length=100)
    campo_referenciado = Blank(source="referenced_field", max_length=100)
    valores_posibles = Words(source="values")
    ejemplos_valores = Words(source="examples")
    notas = Blank(source="notes", max_length=LONGEST)


class FieldQuery(ActiveQuery):
    tabla = Blank(source="table", max_length=100)


class Column(serializers.Serializer):
    """A column as the database has it."""

    nombre = serializers.CharField(source="name")
    tipo = serializers.CharField(source="data_type")
    nullable = serializers.SerializerMethodField()
    es_obligatorio = serializers.BooleanField(source="required")
    es_primary_key = serializers.BooleanField(source="primary_key")
    tiene_indice = serializers.BooleanField(source="indexed")
    es_clave_foranea = serializers.BooleanField(source="is_foreign_key")
    tabla_referenciada = serializers.CharField(source="referenced_table", allow_null=True)
    campo_referenciado = serializers.CharField(source="referenced_field", allow_null=True)

    def get_nullable(self, column: ColumnFacts) -> bool:
        return not column.required


class Synchronised(serializers.Serializer):
    mensaje = serializers.CharField()
    campos_creados = serializers.IntegerField()
    campos_actualizados = serializers.IntegerField()
    campos_existentes = serializers.IntegerField()
    total_procesados = serializers.IntegerField()


class FieldViewSet(WordsViewSet):
    """What the columns of the business's tables mean."""

    model, serializer, query = FieldDefinition, FieldSerializer, FieldQuery
    one, many = "definicion", "definiciones"
    rights = {
        "create": "rag.add_fielddefinition",
        "update": "rag.change_fielddefinition",
        "destroy": "rag.delete_fielddefinition",
        "synchronise": "rag.change_fielddefinition",
        "*": "rag.view_fielddefinition",
    }

    @extend_schema(
        operation_id="tablas_definidas",
        parameters=[DOMAIN],
        responses=inline_serializer(
            "Tablas",
            {
                "tablas": serializers.ListField(child=serializers.CharField()),
                "total": serializers.IntegerField(),
            },
        ),
    )
    def tables(self, request: Request) -> Response:
        """The tables that have a definition, in order."""
        found = [*self.rows.order_by("table").values_list("table", flat=True).distinct()]
        return Response({"tablas": found, "total": len(found)})

    @extend_schema(
        operation_id="sincronizar_definiciones",
        parameters=[DOMAIN],
        request=None,
        responses=Synchronised,
    )
    def synchronise(self, request: Request) -> Response:
        """Read the database: new columns are added, technical facts refreshed, words left alone."""
        done = fields.synchronise(self.domain, by=self.actor.get_username())
        return Response(
            {
                "mensaje": _("Catálogo sincronizado con la base de datos."),
                "campos_creados": done.created,
                "campos_actualizados": done.updated,
                "campos_existentes": done.unchanged,
                "total_procesados": done.created + done.updated + done.unchanged,
            }
        )


described(FieldViewSet, called=("definicion", "definiciones"), named=("Definicion", "Definiciones"))


class TablesView(LendingView):
    """For whoever writes conversations, too: they name columns."""

    rights = {"GET": "conversations.view_conversation"}

    @extend_schema(
        operation_id="tablas_campos",
        parameters=[DOMAIN],
        responses=inline_serializer(
            "TablasCampos",
            {
                "tablas_campos": serializers.DictField(child=Column(many=True)),
                "total_tablas": serializers.IntegerField(),
                "fecha_consulta": serializers.DateTimeField(),
            },
        ),
    )
    def get(self, request: Request) -> Response:
        """The business's tables as the database has them, at most an hour old."""
        found = fields.catalogue(self.domain)
        tables: dict[str, Any] = {
            table: Column(columns, many=True).data for table, columns in found.tables.items()
        }
        return Response(
            {
                "tablas_campos": tables,
                "total_tablas": len(tables),
                "fecha_consulta": found.read_at.isoformat(),
            }
        )


paths: list[URLPattern] = [
    path(ROOT, FieldViewSet.as_view({"get": "list", "post": "create"}), name="fields"),
    path(
        f"{ROOT}/<int:pk>",
        FieldViewSet.as_view({"put": "update", "delete": "destroy"}),
        name="field",
    ),
    path(f"{ROOT}/tablas", FieldViewSet.as_view({"get": "tables"}), name="field-tables"),
    path(
        f"{ROOT}/sincronizar",
        FieldViewSet.as_view({"post": "synchronise"}),
        name="fields-synchronise",
    ),
    path(f"{PREFIX}tablas-campos", TablesView.as_view(), name="tables"),
]
