"""What a version is, page by page: its card, its exact lines, what changed, its files to take."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from core.admin.base import staff
from core.errors import Refusal
from finetune import datasets, exports
from finetune.datasets.describing import SHOWN as LINES
from finetune.models import Dataset

PREPARE, EXPORT = "finetune.prepare_dataset", "finetune.export_dataset"
SHOWN = 50  # lines of each kind of change
FORMS = {
    "chat": _("conversaciones de OpenAI"),
    "completion": _("pregunta y respuesta"),
    "sharegpt": "ShareGPT",
    "alpaca": "Alpaca",
    "dpo": _("pares de preferencia (DPO)"),
}


class NoteForm(forms.Form):
    """What who looked at the lines has to say, if anything."""

    note = forms.CharField(
        label=_("Nota (opcional)"),
        max_length=500,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )


class DatasetPages(admin.ModelAdmin):
    def get_urls(self) -> list[URLPattern]:
        name = "finetune_dataset_{}".format
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/lineas/", view(self.lines_view), name=name("lines")),
            path("<int:pk>/cambios/", view(self.changes_view), name=name("changes")),
            path("<int:pk>/manifiesto/", view(self.manifest_view), name=name("manifest")),
            path("<int:pk>/llevar/", view(self.export_view), name=name("export")),
            *super().get_urls(),
        ]

    def lines_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The exact lines that are trained (GET); that a person found them well (POST)."""
        dataset = self._dataset(request, pk)
        form = NoteForm(request.POST if request.method == "POST" else None)
        if form.is_bound and not request.user.has_perm(PREPARE):
            raise PermissionDenied
        if form.is_valid():
            by = staff(request).get_username()
            datasets.confirm(dataset, by=by, note=form.cleaned_data["note"])
            messages.success(request, gettext("Queda escrito que usted revisó las líneas."))
            return self._back(dataset)
        found = datasets.preview(dataset)
        return self._page(
            request,
            "dataset_lines.html",
            dataset,
            title=gettext("Líneas de %s") % dataset,
            first=found[:LINES],
            chance=found[LINES:],
            form=form,
            may_confirm=request.user.has_perm(PREPARE),
        )

    def changes_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What is not the same as in another version: the one before, unless ``con`` names one."""
        dataset = self._dataset(request, pk)
        others = dataset.domain.datasets.exclude(pk=dataset.pk).order_by("-number")
        named = request.GET.get("con", "")
        earlier = [it for it in others if it.number < dataset.number]
        older = next((it for it in others if str(it.number) == named), None)
        older = older or next(iter(earlier), None)
        return self._page(
            request,
            "dataset_changes.html",
            dataset,
            title=gettext("Cambios de %s") % dataset,
            others=others,
            older=older,
            change=datasets.diff(older, dataset) if older else None,
            shown=SHOWN,
            shown_slice=f":{SHOWN}",
            shown_less=-SHOWN,
        )

    def manifest_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Everything that made the version, as a file, without a word of what people said."""
        dataset = self._dataset(request, pk)
        told = json.dumps(
            datasets.manifest(dataset), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1
        )
        name = f"{dataset.domain.slug}-v{dataset.number}-manifiesto.json"
        return HttpResponse(
            told,
            content_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def export_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Write the version's files, in the forms that were ticked, to be taken (POST)."""
        dataset = self._dataset(request, pk)
        if not request.user.has_perm(EXPORT):
            raise PermissionDenied
        if request.method != "POST":
            return self._back(dataset)
        wanted = [it for it in FORMS if it == "chat" or it in request.POST.getlist("formato")]
        try:
            made = exports.take_away(
                dataset, forms=wanted, with_companions=True, by=staff(request).get_username()
            )
        except Refusal as refusal:
            messages.error(request, gettext("%s No se escribió ningún archivo.") % refusal)
            return self._back(dataset)
        return HttpResponseRedirect(reverse("admin:finetune_export_change", args=[made.pk]))

    # --- parts -----------------------------------------------------------------------------

    def _dataset(self, request: HttpRequest, pk: int) -> Dataset:
        rows = self.get_queryset(request).select_related("domain", "prompt__domain")
        dataset = get_object_or_404(rows, pk=pk)
        if not self.has_view_permission(request, dataset):
            raise PermissionDenied
        return dataset

    def _page(
        self, request: HttpRequest, name: str, dataset: Dataset, **more: Any
    ) -> TemplateResponse:
        context = self.admin_site.each_context(request) | {"dataset": dataset, **more}
        return TemplateResponse(request, f"admin/finetune/{name}", context)

    def _back(self, dataset: Dataset) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:finetune_dataset_change", args=[dataset.pk]))
