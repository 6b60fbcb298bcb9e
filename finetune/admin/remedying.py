"""Models that learnt from erased people: the list of them, and taking one from its provider."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.admin.base import staff
from core.errors import Refusal
from finetune import remedies
from finetune.admin.activating import ACTIVATE
from finetune.models import TrainedModel
from finetune.remedies import Remedy

LABELS = {
    Remedy.NO_ACTION: "",
    Remedy.RETRAIN: "danger",
    Remedy.REMOVAL: "warning",
    Remedy.UNSUPPORTED: "danger",
}


class ErasedFilter(admin.SimpleListFilter):
    """Those that learnt from people who have been erased since."""

    title = _("personas borradas")
    parameter_name = "borradas"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("si", gettext("Aprendió de ellas"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[TrainedModel]:
        return queryset.of_erased() if _asked(request) else queryset


def _asked(request: HttpRequest) -> bool:
    return request.GET.get(ErasedFilter.parameter_name) == "si"


class RemedyPages(admin.ModelAdmin):
    def get_urls(self) -> list[URLPattern]:
        remove = path(
            "<int:pk>/quitar/",
            self.admin_site.admin_view(self.remove_view),
            name="finetune_trainedmodel_remove",
        )
        return [remove, *super().get_urls()]

    def get_list_display(self, request: HttpRequest) -> Any:
        """What is to be done is told of the flagged ones, where they were asked for."""
        columns = list(super().get_list_display(request))
        return [*columns[:2], "remedy", *columns[2:]] if _asked(request) else columns

    @display(description=_("por hacer"), label=LABELS)
    def remedy(self, model: Any) -> tuple[str, str]:
        found = remedies.remedy_of(model, serves=model.in_service)
        return found.value, str(found.label)

    def remove_view(self, request: HttpRequest, pk: int) -> HttpResponseRedirect:
        """Have a flagged model deleted where it was trained (POST)."""
        rows = self.get_queryset(request).select_related("job__dataset", "domain")
        model: TrainedModel = get_object_or_404(rows, pk=pk)
        if not request.user.has_perm(ACTIVATE):
            raise PermissionDenied
        if request.method == "POST":
            try:
                remedies.remove(model, by=staff(request).get_username())
                said = gettext("«%s» ya no está en su proveedor.") % model.name
                messages.success(request, said)
            except Refusal as refusal:
                messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("admin:finetune_trainedmodel_change", args=[model.pk]))
