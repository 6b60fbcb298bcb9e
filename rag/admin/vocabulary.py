"""The dictionary, the fields of the database and the variables of prompts."""

from django.contrib import admin

from core.admin.base import DomainFilter, ScopedAdmin
from rag.models import DictionaryTerm, FieldDefinition, PromptVariable


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
