"""Dataset versions: what is in them, what is not, and why."""

from collections import Counter
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from core.admin.base import DomainFilter, ReadOnly, ReadOnlyTable, ScopedAdmin, WithFacts
from finetune import datasets
from finetune.admin.dataset_pages import EXPORT, FORMS, DatasetPages
from finetune.curation import kind
from finetune.models import Dataset, DatasetItem, Part, ProviderFile


class ItemInline(ReadOnlyTable):
    model = DatasetItem
    fields = ["part", "position", "question", "answer", "conversation"]
    per_page = 20
    raw_id_fields = ["conversation"]
    verbose_name_plural = _("ejemplos, tal como se entrenan")


class FileInline(ReadOnlyTable):
    model = ProviderFile
    fields = ["provider", "part", "file_id", "bytes", "uploaded_at"]


@admin.register(Dataset)
class DatasetAdmin(DatasetPages, ReadOnly, WithFacts, ScopedAdmin):
    change_form_outer_before_template = "admin/finetune/dataset_card.html"
    list_display = [
        "version",
        "in_domain",
        "training",
        "validation",
        "left_out",
        "sha",
        "created_at",
    ]
    list_filter = [DomainFilter]
    search_fields = ["sha256", "created_by"]
    inlines = [FileInline, ItemInline]
    actions_detail = ["start"]
    fieldsets = [
        (
            None,
            {"fields": [("domain", "number"), ("created_at", "created_by"), "prompt", "sha256"]},
        ),
        (_("Contenido"), {"fields": [("training", "validation", "considered"), "filters"]}),
        (_("Lo que no entró"), {"fields": ["reasons", "excluded_rows"]}),
    ]
    readonly_fields = ["training", "validation", "reasons", "excluded_rows"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dataset]:
        in_part = {
            f"{part}_count": Count("items", filter=Q(items__part=part)) for part in Part.values
        }
        return super().get_queryset(request).select_related("prompt__domain").annotate(**in_part)

    def facts_of(self, request: HttpRequest, dataset: Dataset) -> dict[str, Any]:
        may = request.user.has_perm(EXPORT)
        return {"card": datasets.card(dataset), "may_export": may, "forms": FORMS}

    def has_start_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("finetune.start_job")

    @action(description=_("Iniciar Entrenamiento"), url_path="iniciar", permissions=["start"])
    def start(self, request: HttpRequest, object_id: str) -> HttpResponseRedirect:
        """To the form that starts a training, with this dataset chosen."""
        dataset = get_object_or_404(self.get_queryset(request), pk=object_id)
        where = urlencode({"dominio": dataset.domain.slug, "conjunto": str(dataset.number)})
        return HttpResponseRedirect(f"{reverse('admin:start_training')}?{where}")

    @admin.display(description=_("versión"), ordering="number")
    def version(self, dataset: Dataset) -> str:
        return f"v{dataset.number}"

    @admin.display(description=_("entrenamiento"))
    def training(self, dataset: Any) -> int:
        return dataset.train_count

    @admin.display(description=_("validación"))
    def validation(self, dataset: Any) -> int:
        return dataset.valid_count

    @admin.display(description=_("excluidas"))
    def left_out(self, dataset: Dataset) -> int:
        return len(dataset.excluded)

    @admin.display(description=_("huella"))
    def sha(self, dataset: Dataset) -> SafeString:
        return format_html('<code title="{}">{}</code>', dataset.sha256, dataset.sha256[:12])

    @admin.display(description=_("motivos"))
    def reasons(self, dataset: Dataset) -> SafeString | str:
        counted = Counter(kind(str(row.get("razon", ""))) for row in dataset.excluded).most_common()
        return format_html_join("", "{}: {}<br>", counted) or "–"

    @admin.display(description=_("una a una"))
    def excluded_rows(self, dataset: Dataset) -> SafeString | str:
        rows = ((row.get("id"), row.get("razon")) for row in dataset.excluded[:200])
        return format_html_join("", "n.º {}: {}<br>", rows) or "–"
