"""Activations that wait for a second person, and what became of the others."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.admin.base import ReadOnly, ScopedAdmin, WithFacts, staff
from core.errors import Refusal
from finetune import activation, gate
from finetune.admin.activating import ACTIVATE, shown
from finetune.models import ActivationRequest

STATES = {"open": "warning", "granted": "success", "declined": "danger"}


class OpenFilter(admin.SimpleListFilter):
    title = _("decisión")
    parameter_name = "decision"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("pendiente", gettext("pendientes")), ("decidida", gettext("decididas"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("pendiente", "decidida"):
            return queryset
        return queryset.filter(decided_at__isnull=self.value() == "pendiente")


@admin.register(ActivationRequest)
class ActivationRequestAdmin(ReadOnly, WithFacts, ScopedAdmin):
    """Whoever asked may take it back; another person who may activate decides."""

    change_form_template = "admin/finetune/request.html"
    domain_path = "model__domain"
    list_display = ["model", "in_domain", "state", "verdict", "asked_by", "asked_at", "decided_by"]
    list_filter = [OpenFilter]
    list_select_related = ["model__domain"]
    search_fields = ["model__name", "asked_by", "decided_by"]
    ordering = [F("decided_at").desc(nulls_first=True), "-asked_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ActivationRequest]:
        rows = super().get_queryset(request)
        return rows.select_related("model__job__dataset", "model__domain", "model__prompt")

    @admin.display(description=_("dominio"), ordering="model__domain")
    def in_domain(self, row: ActivationRequest) -> str:
        return row.model.domain.name

    @display(description=_("estado"), label=STATES)
    def state(self, row: ActivationRequest) -> tuple[str, str]:
        if row.decided_at is None:
            return "open", gettext("pendiente")
        return ("granted", gettext("aprobada")) if row.granted else ("declined", gettext("negada"))

    def get_urls(self) -> list[URLPattern]:
        decide = path(
            "<int:pk>/decidir/",
            self.admin_site.admin_view(self.decide_view),
            name="finetune_activationrequest_decide",
        )
        return [decide, *super().get_urls()]

    def facts_of(self, request: HttpRequest, asked: ActivationRequest) -> dict[str, Any]:
        return self._shown(request, asked)

    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Approve, which activates, or decline (POST); a second answer is refused."""
        asked = get_object_or_404(self.get_queryset(request), pk=pk)
        if not request.user.has_perm(ACTIVATE):
            raise PermissionDenied
        if request.method == "POST":
            self._decide(request, asked)
        return HttpResponseRedirect(
            reverse("admin:finetune_activationrequest_change", args=[asked.pk])
        )

    def _decide(self, request: HttpRequest, asked: ActivationRequest) -> None:
        by, answer = staff(request).get_username(), request.POST.get("decision")
        try:
            if answer == "aprobar":
                activation.approve(asked, by=by)
                said = gettext("Aprobada: desde ahora contesta «%s».") % asked.model.name
            elif answer == "negar":
                activation.decline(asked, by=by)
                said = gettext("Petición cerrada. No cambió quién contesta.")
            else:
                raise Refusal(gettext("Elija aprobar o negar."), decision="invalid")
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, said)

    def _shown(self, request: HttpRequest, asked: ActivationRequest) -> dict[str, Any]:
        mine = asked.asked_by == staff(request).get_username()
        return {
            **shown(gate.standing(asked.model)),
            "request_row": asked,
            "state": self.state(asked),
            "may_decide": asked.decided_at is None and request.user.has_perm(ACTIVATE),
            "mine": mine,
        }
