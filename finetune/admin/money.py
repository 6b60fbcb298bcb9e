"""What training costs and may cost: prices that are only added to, and a budget for each domain."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from core.admin.base import ScopedAdmin, SoundAddress, staff
from finetune.models import Budget, Price


class PriceForm(forms.ModelForm):
    """A price is what somebody read: no day is later than today."""

    def clean_read_on(self) -> date:
        day = self.cleaned_data["read_on"]
        if day > timezone.localdate():
            raise ValidationError(_("Ese día todavía no llega."))
        return day


@admin.register(Price)
class PriceAdmin(SoundAddress, ModelAdmin):
    """Rows are added, never changed: an estimate says which price it went by."""

    form = PriceForm
    list_display = [
        "provider",
        "base_model",
        "per_million",
        "currency",
        "read_on",
        "source",
        "created_by",
    ]
    list_filter = ["provider"]
    search_fields = ["base_model", "source"]
    show_full_result_count = False
    fields = ["provider", "base_model", "per_million", "currency", "read_on", "source"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Price, form: Any, change: Any) -> None:
        obj.created_by = staff(request).get_username()
        super().save_model(request, obj, form, change)


@admin.register(Budget)
class BudgetAdmin(ScopedAdmin):
    """Empty is no limit. What a start would pass is refused with the numbers."""

    list_display = ["in_domain", "currency", "per_run", "per_day", "per_month"]
    fields = ["domain", "currency", "per_run", "per_day", "per_month"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["domain"] if obj else []
