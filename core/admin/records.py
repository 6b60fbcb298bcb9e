"""What was decided: the audit, to look at."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from core.access import domains_of
from core.admin.base import ReadOnly, SoundAddress, staff
from core.admin.wording import ACTIONS, action_name
from core.models import AuditEvent


class ActionFilter(admin.SimpleListFilter):
    """By what was done; the address keeps the word that the code records."""

    title = _("qué")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return sorted(ACTIONS.items(), key=lambda it: str(it[1]))

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEvent]
    ) -> QuerySet[AuditEvent]:
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(SoundAddress, ReadOnly, ModelAdmin):
    list_display = ["at", "actor", "shown_action", "subject", "subject_id", "domain_slug"]
    list_filter = ["at", ActionFilter]
    fields = ["at", "actor", "shown_action", "subject", "subject_id", "domain_slug", "details"]
    search_fields = ["actor", "action", "subject_id"]
    show_full_result_count = False
    list_per_page = 25

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        """Events name their domain by its key: they outlive it."""
        rows = AuditEvent.objects.all()
        if staff(request).is_superuser:
            return rows
        return rows.filter(domain_slug__in=domains_of(request.user).values("slug"))

    @admin.display(description=_("qué"), ordering="action")
    def shown_action(self, event: AuditEvent) -> SafeString:
        return format_html('<span title="{}">{}</span>', event.action, action_name(event.action))

    @admin.display(description=_("sobre qué"), ordering="subject_type")
    def subject(self, event: AuditEvent) -> str:
        """The name of the subject's kind; of one that no longer exists, the word recorded."""
        kinds = (it for it in apps.get_models() if it._meta.model_name == event.subject_type)
        found = next(kinds, None)
        return str(found._meta.verbose_name) if found else event.subject_type
