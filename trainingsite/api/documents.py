"""``/api/v1/configuracion/ai/documentos``: what answers lean on (requirements, 2.3)."""

from django.conf import settings
from django.http import FileResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from core.errors import NotFound
from rag import documents, originals
from rag.models import Document, DocumentQuerySet
from trainingsite.api import bodies
from trainingsite.api.base import DOMAIN, LendingView
from trainingsite.api.conversation_serializers import Message
from trainingsite.api.document_serializers import (
    ActivateBody,
    DocumentEdit,
    DocumentEnvelope,
    DocumentList,
    DocumentQuery,
    DocumentSerializer,
    OneDocument,
    Processed,
    UploadBody,
    WholeDocument,
)

PREFIX = "api/v1/configuracion/ai/documentos"
ROUND = 64 * 1024  # bytes of a form beside its file


class DocumentView(LendingView):
    """What the views of this module share: the documents that the user may read."""

    @property
    def by(self) -> str:
        return self.actor.get_username()

    @property
    def rows(self) -> DocumentQuerySet:
        return Document.objects.filter(domain=self.domain).shown_to(self.actor)

    def row(self, pk: int) -> Document:
        found = self.rows.filter(pk=pk).select_related("domain").first()
        if found is None:
            raise NotFound(_("No existe ese documento."), documento="not_found")
        return found


class DocumentViewSet(ViewSetMixin, DocumentView):
    """Documents: upload, read, rename and remove them."""

    rights = {
        "create": "rag.add_document",
        "update": "rag.change_document",
        "destroy": "rag.delete_document",
        "*": "rag.view_document",
    }

    def take_in(self, request: Request) -> None:
        bodies.limit_form(request, most=settings.DOCUMENT_MAX_MB * 1024 * 1024 + ROUND)

    @extend_schema(
        operation_id="listar_documentos",
        parameters=[DOMAIN, DocumentQuery],
        responses=DocumentList,
    )
    def list(self, request: Request) -> Response:
        """The documents, the newest first."""
        query = self.read(DocumentQuery, request.query_params.dict())
        rows = self.rows.defer("text", "layout").order_by("-created_at", "-pk")
        if query["activo"] is not None:
            rows = rows.filter(active=query["activo"])
        shown = DocumentSerializer(rows, many=True).data
        return Response({"total": len(shown), "documentos": shown})

    @extend_schema(
        operation_id="subir_documento",
        parameters=[DOMAIN],
        request={"multipart/form-data": UploadBody},
        responses=DocumentEnvelope,
    )
    def create(self, request: Request) -> Response:
        """Keep a file; the queue reads it at once, and ``estado`` says how far it is."""
        body = self.read(UploadBody, request.data)
        document = documents.upload(
            self.domain,
            file=body["archivo"],
            title=body["titulo"],
            description=body["descripcion"],
            kind=body["clase"],
            audience=body["para_quien"],
            by=self.actor,
        )
        return _told(_("Documento subido; se está procesando."), document)

    @extend_schema(operation_id="ver_documento", parameters=[DOMAIN], responses=OneDocument)
    def retrieve(self, request: Request, pk: int) -> Response:
        """One document, with its text."""
        return Response({"documento": WholeDocument(self.row(pk)).data})

    @extend_schema(
        operation_id="editar_documento",
        parameters=[DOMAIN],
        request=DocumentEdit,
        responses=DocumentEnvelope,
    )
    def update(self, request: Request, pk: int) -> Response:
        """Change what is given."""
        body = self.read(DocumentEdit, request.data)
        given = {name: value for name, value in body.items() if value is not None}
        document = documents.edit(self.row(pk), by=self.by, **given)
        return _told(_("Documento actualizado."), document)

    @extend_schema(operation_id="borrar_documento", parameters=[DOMAIN], responses=Message)
    def destroy(self, request: Request, pk: int) -> Response:
        """Remove a document with its chunks and its file."""
        documents.delete(self.row(pk), by=self.by)
        return Response({"mensaje": _("Documento eliminado.")})


class ProcessView(DocumentView):
    rights = {"POST": "rag.change_document"}

    @extend_schema(
        operation_id="procesar_documento",
        parameters=[DOMAIN],
        request=None,
        responses=Processed,
    )
    def post(self, request: Request, pk: int) -> Response:
        """Read the text now, if it was not read yet; 422 says why it cannot be."""
        document = self.row(pk)
        read = documents.process(document)
        said = _("Documento procesado.") if read else _("El documento ya estaba procesado.")
        return Response(
            {
                "mensaje": said,
                "documento": DocumentSerializer(document).data,
                "caracteres_extraidos": len(document.text or ""),
                "contenido_en_bd": document.processed,
            }
        )


class ActivateView(DocumentView):
    rights = {"PATCH": "rag.change_document"}

    @extend_schema(
        operation_id="activar_documento",
        parameters=[DOMAIN],
        request=ActivateBody,
        responses=DocumentEnvelope,
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Have answers lean on it, or with ``activo`` false no more."""
        body = self.read(ActivateBody, request.data)
        document = self.row(pk)
        if body["activo"]:
            documents.activate(document, by=self.by)
            return _told(_("Documento activado."), document)
        documents.deactivate(document, by=self.by)
        return _told(_("Documento desactivado."), document)


class OriginalView(DocumentView):
    rights = {"GET": "rag.view_document"}

    @extend_schema(
        operation_id="bajar_documento",
        parameters=[DOMAIN],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int) -> FileResponse:
        """The original, to be saved and never shown."""
        document = self.row(pk)
        return originals.attachment(document, by=self.by)


def _told(said: str, document: Document) -> Response:
    return Response({"mensaje": said, "documento": DocumentSerializer(document).data})


paths: list[URLPattern] = [
    path(
        PREFIX,
        DocumentViewSet.as_view({"get": "list", "post": "create"}),
        name="documents",
    ),
    path(
        f"{PREFIX}/<int:pk>",
        DocumentViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
        name="document",
    ),
    path(f"{PREFIX}/<int:pk>/procesar", ProcessView.as_view(), name="document-process"),
    path(f"{PREFIX}/<int:pk>/activar", ActivateView.as_view(), name="document-activate"),
    path(f"{PREFIX}/<int:pk>/archivo", OriginalView.as_view(), name="document-original"),
]
