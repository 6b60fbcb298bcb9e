"""What the lists of the business's words share: the same five requests (requirements, 2.4)."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from core.errors import NotFound
from rag import words
from trainingsite.api.base import DOMAIN, LendingView
from trainingsite.api.conversation_serializers import LARGEST_INTEGER, Text, optional

PREFIX = "api/v1/configuracion/ai/"
LONGEST = 4000  # characters of a definition
LONGEST_LIST = 50


class Blank(Text):
    """A text that may be left out: empty is null, which is what the documents' columns hold."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, allow_null=True, allow_blank=True, **options)

    def run_validation(self, data: Any = serializers.empty) -> str | None:
        return super().run_validation(data) or None


class Words(serializers.ListField):
    """A list of texts, without empty and repeated ones; null is none."""

    def __init__(self, *, longest: int = 200, **options: Any) -> None:
        child = Text(max_length=longest, allow_blank=True)
        super().__init__(
            child=child, required=False, allow_null=True, max_length=LONGEST_LIST, **options
        )

    def run_validation(self, data: Any = serializers.empty) -> list[str]:
        return [*dict.fromkeys(filter(None, super().run_validation(data) or []))]


class RowSerializer(serializers.Serializer):
    """What every list has."""

    id = serializers.IntegerField(read_only=True)
    activo = serializers.BooleanField(source="active", required=False)
    orden = serializers.IntegerField(
        source="position",
        required=False,
        min_value=-LARGEST_INTEGER,
        max_value=LARGEST_INTEGER,
    )
    creado_en = serializers.DateTimeField(source="created_at", read_only=True)
    actualizado_en = serializers.DateTimeField(source="updated_at", read_only=True)


class ActiveQuery(serializers.Serializer):
    activo = optional(serializers.BooleanField, source="active")


class Removed(serializers.Serializer):
    mensaje = serializers.CharField()


class WordsViewSet(ViewSetMixin, LendingView):
    """List, write, change and delete rows of one ``model``; ``one`` and ``many`` name them."""

    model: ClassVar[type[words.Row]]
    serializer: ClassVar[type[RowSerializer]]
    query: ClassVar[type[serializers.Serializer]] = ActiveQuery
    one: ClassVar[str]
    many: ClassVar[str]

    @property
    def rows(self) -> QuerySet[Any]:
        """Those of the domain, in the order that staff gave them."""
        return self.model._default_manager.filter(domain=self.domain)

    def list(self, request: Request) -> Response:
        given = self.read(self.query, request.query_params.dict())
        asked = {name: value for name, value in given.items() if value not in (None, "")}
        found = self.serializer(self.rows.filter(**asked), many=True).data
        return Response({self.many: found, "total": len(found)})

    def create(self, request: Request) -> Response:
        fields = self.read(self.serializer, request.data)
        row = self.model(domain=self.domain, **fields)
        words.write(row, by=self.actor.get_username())
        return self._told(_("Creado."), row)

    def update(self, request: Request, pk: int) -> Response:
        """What is not given stays as it was."""
        fields = self.read(self.serializer, request.data)
        row = self._row(pk)
        for name, value in fields.items():
            setattr(row, name, value)
        words.write(row, by=self.actor.get_username())
        return self._told(_("Guardado."), row)

    def destroy(self, request: Request, pk: int) -> Response:
        words.remove(self._row(pk), by=self.actor.get_username())
        return Response({"mensaje": _("Eliminado.")})

    def _row(self, pk: int) -> Any:
        if (row := self.rows.filter(pk=pk).first()) is None:
            raise NotFound(_("No existe."), id=pk)
        return row

    def _told(self, message: str, row: Any) -> Response:
        return Response({"mensaje": message, self.one: self.serializer(row).data})


def described(view: type[WordsViewSet], *, called: tuple[str, str], named: tuple[str, str]) -> None:
    """Put the requests of ``view`` into the API's description.

    ``called`` is what the operations' names say of one row and of many, ``named`` what the answers
    with one and with many are called.
    """
    one, many = called
    envelope: dict[str, Any] = {"mensaje": serializers.CharField(), view.one: view.serializer()}
    listed: dict[str, Any] = {
        view.many: view.serializer(many=True),
        "total": serializers.IntegerField(),
    }
    write: dict[str, Any] = {
        "parameters": [DOMAIN],
        "request": view.serializer,
        "responses": inline_serializer(named[0], envelope),
    }
    extend_schema_view(
        list=extend_schema(
            operation_id=f"listar_{many}",
            parameters=[DOMAIN] if view.query is ActiveQuery else [DOMAIN, view.query],
            responses=inline_serializer(named[1], listed),
        ),
        create=extend_schema(operation_id=f"crear_{one}", **write),
        update=extend_schema(operation_id=f"editar_{one}", **write),
        destroy=extend_schema(
            operation_id=f"borrar_{one}", parameters=[DOMAIN], responses={200: Removed}
        ),
    )(view)
