"""What can be looked up: documents, the dictionary, fields and variables of prompts."""

from django.contrib import admin

from core.admin.base import DomainFilter, ReadOnly, ScopedAdmin
from rag.models import DictionaryTerm, Document, FieldDefinition, PromptVariable


@admin.register(Document)
class DocumentAdmin(ReadOnly, ScopedAdmin):
    list_display = ["title", "file_type", "processed", "active", "created_at"]
    list_filter = [DomainFilter, "processed", "active"]
    search_fields = ["title", "file_name"]


@admin.register(DictionaryTerm)
class DictionaryTermAdmin(ScopedAdmin):
    list_display = ["word", "definition", "category", "active", "position"]
    list_filter = [DomainFilter, "active"]
    search_fields = ["word", "definition"]
    exclude = ["created_at"]


@admin.register(FieldDefinition)
class FieldDefinitionAdmin(ScopedAdmin):
    list_display = ["table", "field", "definition", "data_type", "active"]
    list_filter = [DomainFilter, "active"]
    search_fields = ["table", "field", "definition"]
    exclude = ["created_at"]


@admin.register(PromptVariable)
class PromptVariableAdmin(ScopedAdmin):
    list_display = ["name", "description", "active", "position"]
    list_filter = [DomainFilter, "active"]
    exclude = ["created_at"]
