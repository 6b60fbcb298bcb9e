"""The dictionary, the fields of the database and the variables of prompts."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.admin.base import DomainFilter, ScopedAdmin, staff
from rag import words
from rag.admin.synchronising import Synchronising
from rag.admin.word_forms import FieldForm, TermForm, VariableForm
from rag.admin.word_help import WordHelp
from rag.models import DictionaryTerm, FieldDefinition, PromptVariable


class RowAdmin(ScopedAdmin):
    """Rows that prompts use while they are active; each change has its writer in the audit."""

    actions = ["turn_on", "turn_off"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["domain"] if obj else []

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: Any) -> None:
        words.write(obj, by=staff(request).get_username())

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        words.remove(obj, by=staff(request).get_username())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.delete_model(request, row)

    @admin.action(description=_("Activar"), permissions=["change"])
    def turn_on(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._switch(request, queryset, active=True)

    @admin.action(description=_("Desactivar"), permissions=["change"])
    def turn_off(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._switch(request, queryset, active=False)

    def _switch(self, request: HttpRequest, rows: QuerySet[Any], *, active: bool) -> None:
        changed = words.switch(rows, active=active, by=staff(request).get_username())
        said = ngettext("%d cambiado.", "%d cambiados.", changed)
        self.message_user(request, said % changed, messages.SUCCESS)


@admin.register(DictionaryTerm)
class DictionaryTermAdmin(WordHelp, RowAdmin):
    form = TermForm
    list_display = ["word", "definition", "also", "category", "active", "position"]
    list_filter = [DomainFilter, "active", "category"]
    search_fields = ["word", "definition", "synonyms"]

    @admin.display(description=_("sinónimos"))
    def also(self, term: DictionaryTerm) -> str:
        return ", ".join(term.synonyms) or "–"


@admin.register(FieldDefinition)
class FieldDefinitionAdmin(Synchronising, RowAdmin):
    form = FieldForm
    list_display = ["field", "table", "definition", "data_type", "active"]
    list_filter = [DomainFilter, "active", "table"]
    search_fields = ["table", "field", "definition", "notes"]


@admin.register(PromptVariable)
class PromptVariableAdmin(RowAdmin):
    form = VariableForm
    list_display = ["name", "description", "active", "position"]
    list_filter = [DomainFilter, "active"]
    search_fields = ["name", "description"]
