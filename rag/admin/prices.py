"""Price lists: uploaded, compared with the one in force, put in force; sheets that are read."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import display
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminURLInputWidget

from core.admin.base import DomainFilter, ReadOnlyTable, ScopedAdmin, WithFacts, staff
from core.errors import Refusal
from rag.models import ListedKind, ListedPrice, PriceList, PriceListState, PriceSource
from rag.prices import fetching, lists, sheets
from rag.prices.lines import Sheet

VALID_DAYS = 30  # that the form proposes
STATES = {
    PriceListState.DRAFT: "info",
    PriceListState.IN_FORCE: "success",
    PriceListState.RETIRED: "",
}
FACTS = ["domain", "number", "currency", "valid_from", "valid_until", "source", "created_by"]


class UploadForm(forms.ModelForm):
    """A file, and from when until when it is valid unless it says so itself."""

    file = forms.FileField(
        label=_("Archivo"),
        widget=UnfoldAdminFileFieldWidget,
        help_text=_(
            "CSV o XLSX con una fila de títulos: producto, talla, precio, unidad; para fletes, "
            "destino; para factores de glaseo, glaseo. También «desde» y «hasta»."
        ),
    )
    sheet: Sheet

    class Meta:
        model = PriceList
        fields = ["domain", "valid_from", "valid_until"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.initial["valid_from"] = today
        self.initial["valid_until"] = today + timedelta(days=VALID_DAYS)

    def clean(self) -> dict[str, Any]:
        """Read here, so that what is wrong is told by row and column, and nothing is kept."""
        given = super().clean() or self.cleaned_data
        if "domain" in given and "file" in given:
            try:
                self.sheet = lists.read(given["domain"], given["file"].read())
            except Refusal as refusal:
                raise ValidationError({"file": [str(refusal), *refusal.faults]}) from refusal
        return given


class PriceInline(ReadOnlyTable):
    model = ListedPrice
    fields = ["kind", "code", "size", "amount", "unit"]
    verbose_name_plural = _("precios")


@admin.register(PriceList)
class PriceListAdmin(WithFacts, ScopedAdmin):
    change_form_outer_before_template = "admin/rag/price_list.html"
    list_display = ["__str__", "in_domain", "shown_state", "prices_in_it", "valid_from"]
    list_display += ["valid_until", "created_by"]
    list_filter = [DomainFilter, "state"]
    list_select_related = ["domain"]
    inlines = [PriceInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PriceList]:
        return super().get_queryset(request).annotate(lines=Count("prices"))

    def get_form(
        self, request: HttpRequest, obj: PriceList | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = UploadForm
        return super().get_form(request, obj, *args, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return FACTS if obj else ["domain", "file", "valid_from", "valid_until"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return FACTS if obj else []

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return self.inlines if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a version never goes: quotes rest on it

    @display(description=_("estado"), label=STATES, ordering="state")
    def shown_state(self, price_list: PriceList) -> tuple[str, str]:
        return price_list.state, price_list.get_state_display()

    @admin.display(description=_("precios"))
    def prices_in_it(self, price_list: Any) -> int:
        return price_list.lines

    def facts_of(self, request: HttpRequest, price_list: PriceList) -> dict[str, Any]:
        """What it would change, where it is not in force."""
        waits = price_list.state != PriceListState.IN_FORCE
        return {
            "price_list": price_list,
            "badge": STATES[PriceListState(price_list.state)],
            "changes": lists.changes(price_list) if waits else [],
            "kinds": dict(ListedKind.choices),
            "may_put": waits and self.has_change_permission(request),
            "is_over": price_list.valid_until < timezone.localdate(),
        }

    def save_model(self, request: HttpRequest, obj: PriceList, form: Any, change: Any) -> None:
        """The verb writes; of a new version the admin only needs to know the key."""
        if not change:
            given = form.cleaned_data
            made = lists.draft(
                given["domain"],
                form.sheet,
                valid_from=given["valid_from"],
                valid_until=given["valid_until"],
                by=staff(request).get_username(),
            )
            obj.pk, obj.number = made.pk, made.number

    def response_add(self, request: HttpRequest, obj: PriceList, *args: Any) -> HttpResponse:
        messages.success(request, gettext("Leída. Revise lo que cambia y póngala vigente."))
        return _at(obj.pk)

    def get_urls(self) -> list[URLPattern]:
        put = self.admin_site.admin_view(require_POST(self.put_view))
        return [path("<int:pk>/vigente/", put, name="rag_pricelist_put"), *super().get_urls()]

    def put_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have answers, quality control and quotes use this version."""
        price_list = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, price_list):
            raise PermissionDenied
        try:
            lists.put_in_force(price_list, by=staff(request).get_username())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, gettext("Lista vigente."))
        return _at(pk)


class SourceForm(forms.ModelForm):
    """A sheet of a host that may be read."""

    def clean_url(self) -> str:
        try:
            fetching.refuse_unknown(self.cleaned_data["url"])
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from refusal
        return self.cleaned_data["url"]


@admin.register(PriceSource)
class PriceSourceAdmin(ScopedAdmin):
    form = SourceForm
    fields = ["domain", "name", "url", "active", "hours", "days", "checked_at", "error"]
    formfield_overrides = {
        models.URLField: {"widget": UnfoldAdminURLInputWidget, "assume_scheme": "https"}
    }
    list_display = ["name", "in_domain", "active", "checked_at", "error"]
    list_filter = [DomainFilter, "active"]
    readonly_fields = ["checked_at", "error"]
    actions = ["read_now"]

    @admin.action(description=_("Leer ahora"), permissions=["change"])
    def read_now(self, request: HttpRequest, queryset: QuerySet[PriceSource]) -> None:
        for source in queryset.select_related("domain"):
            fresh = sheets.refresh(source)
            if source.error:
                messages.error(request, f"{source}: {source.error}")
            else:
                said = (
                    gettext("%s: precios nuevos, vigentes.")
                    if fresh
                    else gettext("%s: sin cambios.")
                )
                messages.success(request, said % source)


def _at(pk: Any) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:rag_pricelist_change", args=[pk]))
