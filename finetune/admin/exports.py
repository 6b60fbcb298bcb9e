"""Files that were put aside to be taken away, and who may have them."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from core.admin.base import DomainFilter, ReadOnly, WithFacts, staff
from core.errors import NotFound, Refusal
from finetune import exports
from finetune.admin.dataset_pages import EXPORT
from finetune.admin.exporting import ExportPages
from finetune.models import Export


@admin.register(Export)
class ExportAdmin(ReadOnly, WithFacts, ExportPages):
    change_form_outer_before_template = "admin/finetune/export_files.html"
    list_display = ["created_at", "in_domain", "dataset", "source", "number", "created_by"]
    list_filter = [DomainFilter, "source"]
    list_select_related = ["domain", "dataset__domain"]
    actions_list = ["make"]
    search_fields = ["created_by"]
    fields = ["domain", "dataset", "source", "parameters", "created_at", "created_by"]

    @admin.display(description=_("archivos"))
    def number(self, export: Export) -> int:
        return len(export.files)

    def get_urls(self) -> list[URLPattern]:
        take = path(
            "<int:pk>/bajar/<str:name>/",
            self.admin_site.admin_view(self.download_view),
            name="finetune_export_download",
        )
        return [take, *super().get_urls()]

    def facts_of(self, request: HttpRequest, export: Export) -> dict[str, Any]:
        return {
            "files": sorted(export.files.items()),
            "may_download": request.user.has_perm(EXPORT),
        }

    def download_view(
        self, request: HttpRequest, pk: int, name: str
    ) -> FileResponse | HttpResponseRedirect:
        """A file to save, never to show; a consent taken back since closes it."""
        export = get_object_or_404(self.get_queryset(request), pk=pk)
        if not request.user.has_perm(EXPORT):
            raise PermissionDenied
        try:
            file = exports.opened(export, name, by=staff(request).get_username())
        except NotFound as missing:
            raise Http404(str(missing)) from missing
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(reverse("admin:finetune_export_change", args=[pk]))
        answer = FileResponse(
            file,
            as_attachment=True,
            filename=f"{export.domain.slug}-{name}",
            content_type="application/octet-stream",
        )
        answer["Cache-Control"] = "private, no-store"
        return answer
