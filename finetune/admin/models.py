"""Trained models: which one answers, and putting another one to work."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.admin.base import DomainFilter, ReadOnly, ReadOnlyTable, ScopedAdmin
from finetune.models import Activation, TrainedModel


class ActivationInline(ReadOnlyTable):
    model = Activation
    fields = ["activated_at", "activated_by", "retired_at"]


@admin.register(TrainedModel)
class TrainedModelAdmin(ReadOnly, ScopedAdmin):
    list_display = ["name", "in_domain", "service", "kind", "base_model", "provider", "created_at"]
    list_filter = [DomainFilter, "demonstration"]
    search_fields = ["name", "base_model"]
    inlines = [ActivationInline]
    actions = ["activate"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrainedModel]:
        now = Activation.objects.current().filter(model=OuterRef("pk"))
        return super().get_queryset(request).annotate(in_service=Exists(now))

    def has_activate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("finetune.activate_model")

    @display(description=_("servicio"), label={"active": "success", "idle": ""})
    def service(self, model: Any) -> tuple[str, str]:
        active = ("active", gettext("activo"))
        return active if model.in_service else ("idle", gettext("en reserva"))

    @display(description=_("clase"), label={"demo": "warning", "own": "info"})
    def kind(self, model: TrainedModel) -> tuple[str, str]:
        if model.demonstration:
            return "demo", gettext("modelo de demostración")
        return "own", gettext("entrenado")

    @admin.action(description=_("Activar Modelo"), permissions=["activate"])
    def activate(
        self, request: HttpRequest, queryset: QuerySet[TrainedModel]
    ) -> HttpResponseRedirect | None:
        """One model answers in a domain, so one is chosen; its job's page asks to confirm."""
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            note = _("Elija un solo modelo: en cada dominio contesta uno. No se activó ninguno.")
            self.message_user(request, note, messages.ERROR)
            return None
        return HttpResponseRedirect(
            reverse("admin:finetune_finetuningjob_activate", args=[chosen[0].job_id])
        )
