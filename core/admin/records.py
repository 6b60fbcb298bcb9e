"""What was decided, and the settings that staff may change."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from core.access import domains_of
from core.admin.base import ReadOnly, SoundAddress, staff
from core.models import AuditEvent, Setting


@admin.register(AuditEvent)
class AuditEventAdmin(SoundAddress, ReadOnly, ModelAdmin):
    list_display = ["at", "actor", "action", "subject_type", "subject_id", "domain_slug"]
    list_filter = ["at"]
    search_fields = ["actor", "action", "subject_id"]
    show_full_result_count = False
    list_per_page = 25

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        """Events name their domain by its key: they outlive it."""
        rows = AuditEvent.objects.all()
        if staff(request).is_superuser:
            return rows
        return rows.filter(domain_slug__in=domains_of(request.user).values("slug"))


@admin.register(Setting)
class SettingAdmin(SoundAddress, ModelAdmin):
    list_display = ["category", "subcategory", "key", "value", "kind"]
    list_filter = ["category"]
    search_fields = ["key", "description"]
    readonly_fields = ["created_at"]
