"""The lending business's registries of statistical models."""

from django.contrib import admin

from core.admin.base import ReadOnly, ScopedAdmin
from lending.models import DefaultModel, RiskModel


@admin.register(RiskModel, DefaultModel)
class StatisticalModelAdmin(ReadOnly, ScopedAdmin):
    """Rows are written by trainings; here they are read."""

    list_display = ["name", "version", "algorithm", "accuracy", "f1_score", "active", "trained_at"]
    list_filter = ["active"]
    search_fields = ["name", "algorithm"]
