"""What was read of a document, its chunks, and its original to take away."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from core.admin.base import ScopedAdmin, staff
from core.errors import NotFound
from rag import originals, spaces
from rag.models import Document

ON_A_PAGE = 20  # chunks
SHOWN = 20_000  # characters of the text


class DocumentPages(ScopedAdmin):
    """Pages of a document for who may read it."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        rows: Any = super().get_queryset(request)
        return rows.shown_to(request.user).defer("text", "layout")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/texto/", view(self.text_view), name="rag_document_text"),
            path("<int:pk>/original/", view(self.original_view), name="rag_document_original"),
            *super().get_urls(),
        ]

    def text_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What was read of a document, and the chunks that a search finds."""
        document = self._readable(request, pk)
        space = spaces.active()
        rows = document.chunks.filter(embedding_model=space.model if space else "")
        pages = Paginator(rows.defer("embedding").order_by("position"), ON_A_PAGE)
        context = self.admin_site.each_context(request) | {
            "title": document.title,
            "document": document,
            "text": (document.text or "")[:SHOWN],
            "cut": len(document.text or "") > SHOWN,
            "page": pages.get_page(request.GET.get("p")),
        }
        return TemplateResponse(request, "admin/rag/document_text.html", context)

    def original_view(self, request: HttpRequest, pk: int) -> FileResponse:
        """The original, to be saved and never shown."""
        document = self._readable(request, pk)
        try:
            return originals.attachment(document, by=staff(request).get_username())
        except NotFound as missing:
            raise Http404(str(missing)) from missing

    def _readable(self, request: HttpRequest, pk: int) -> Document:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)
