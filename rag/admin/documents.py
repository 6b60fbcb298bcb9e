"""Documents: what answers lean on."""

from django.contrib import admin

from core.admin.base import DomainFilter, ReadOnly, ScopedAdmin
from rag.models import Document


@admin.register(Document)
class DocumentAdmin(ReadOnly, ScopedAdmin):
    list_display = ["title", "file_type", "processed", "active", "created_at"]
    list_filter = [DomainFilter, "processed", "active"]
    search_fields = ["title", "file_name"]
