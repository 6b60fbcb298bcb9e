"""Documents: uploading them, how far they are, what was read of them."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from core.admin.base import DomainFilter, ScopedAdmin, WithFacts, staff
from rag import documents
from rag.admin.document_forms import DocumentForm, UploadForm
from rag.admin.document_pages import DocumentPages
from rag.admin.faqs import FaqPages
from rag.models import Document, DocumentState

STATES = {
    DocumentState.WAITING: "info",
    DocumentState.EXTRACTING: "info",
    DocumentState.INDEXING: "info",
    DocumentState.READY: "success",
    DocumentState.FAILED: "danger",
}
FOUND = ["domain", "file_name", "file_type", "bytes", "pages", "owner", "created_at", "updated_at"]


@admin.register(Document)
class DocumentAdmin(DocumentPages, FaqPages, WithFacts, ScopedAdmin):
    change_form_outer_before_template = "admin/rag/document_state.html"
    list_display = [
        "title",
        "in_domain",
        "kind",
        "file_type",
        "shown_state",
        "progress",
        "active",
        "audience",
        "created_at",
    ]
    list_filter = [DomainFilter, "state", "active", "kind", "audience"]
    search_fields = ["title", "file_name"]
    ordering = ["-created_at", "-pk"]
    actions = ["reprocess", "activate", "deactivate"]
    actions_list = ["import_faqs"]

    def get_form(
        self, request: HttpRequest, obj: Document | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        kwargs["form"] = DocumentForm if obj else UploadForm
        return super().get_form(request, obj, *args, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        said = ["title", "description", "kind", "audience"]
        return [*said, "active", *FOUND] if obj else ["domain", "file", *said]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return FOUND if obj else []

    @display(description=_("estado"), label=STATES, ordering="state")
    def shown_state(self, document: Document) -> tuple[str, str]:
        return document.state, document.get_state_display()

    @admin.display(description=_("trozos"))
    def progress(self, document: Document) -> str:
        done, total = document.chunks_done, document.chunks_total
        return str(total) if done == total else f"{done} / {total}"

    def facts_of(self, request: HttpRequest, document: Document) -> dict[str, Any]:
        return {
            "document": document,
            "badge": STATES[DocumentState(document.state)],
            "in_work": document.state not in (DocumentState.READY, DocumentState.FAILED),
        }

    def save_model(self, request: HttpRequest, obj: Document, form: Any, change: Any) -> None:
        """The verbs write; of a new document the admin only needs to know the key."""
        if change:
            kept = Document.objects.get(pk=obj.pk)
            documents.edit(kept, by=staff(request).get_username(), **form.said())
        else:
            obj.pk = documents.upload(by=staff(request), **form.said()).pk

    def delete_model(self, request: HttpRequest, obj: Document) -> None:
        documents.delete(obj, by=staff(request).get_username())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        for document in queryset:
            self.delete_model(request, document)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list, dict, set, list]:
        """Chunks go with their document: who may delete it may delete them."""
        gone = [str(document) for document in objs]
        return gone, {self.opts.verbose_name_plural: len(gone)}, set(), []

    @admin.action(description=_("Procesar de nuevo"), permissions=["change"])
    def reprocess(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        for document in queryset:
            documents.reprocess(document, by=staff(request).get_username())
        self._tell(request, len(queryset), ngettext("%d en cola.", "%d en cola.", len(queryset)))

    @admin.action(description=_("Activar"), permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        by = staff(request).get_username()
        done = sum(documents.activate(it, by=by) for it in queryset)
        self._tell(request, done, ngettext("%d activado.", "%d activados.", done))

    @admin.action(description=_("Desactivar"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        by = staff(request).get_username()
        done = sum(documents.deactivate(it, by=by) for it in queryset)
        self._tell(request, done, ngettext("%d desactivado.", "%d desactivados.", done))

    def _tell(self, request: HttpRequest, done: int, said: str) -> None:
        self.message_user(request, said % done, messages.SUCCESS if done else messages.WARNING)
