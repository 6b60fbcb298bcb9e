"""Trainings that start by themselves: off unless a person turns it on, after reading why not."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext

from core.admin.base import ScopedAdmin, WithFacts, staff
from finetune import automatic, budgets
from finetune.models import AutoTraining

CHANGE = "finetune.change_autotraining"


@admin.register(AutoTraining)
class AutoTrainingAdmin(WithFacts, ScopedAdmin):
    """The form sets the threshold and the wait; the switch is a button with its reasons beside."""

    change_form_outer_before_template = "admin/finetune/automatic.html"
    list_display = ["in_domain", "enabled", "new_examples", "wait_hours", "enabled_by"]
    fields = ["domain", "new_examples", "wait_hours"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["domain"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        switch = path(
            "<int:pk>/cambiar/",
            self.admin_site.admin_view(self.switch_view),
            name="finetune_autotraining_switch",
        )
        return [switch, *super().get_urls()]

    def facts_of(self, request: HttpRequest, setting: AutoTraining) -> dict[str, Any]:
        return {
            "against": automatic.REASONS_AGAINST,
            "starts_at": automatic.starts_at(setting),
            "budget": budgets.standing(setting.domain),
            "may_switch": request.user.has_perm(CHANGE),
        }

    def switch_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Turn it on or off (POST), as the button said."""
        setting = get_object_or_404(self.get_queryset(request), pk=pk)
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        if request.method == "POST":
            turn = automatic.turn_on if "encender" in request.POST else automatic.turn_off
            turned = turn(setting.domain, by=staff(request).get_username())
            messages.success(
                request, gettext("Encendido.") if turned.enabled else gettext("Apagado.")
            )
        return HttpResponseRedirect(reverse("admin:finetune_autotraining_change", args=[pk]))
