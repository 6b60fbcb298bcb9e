"""Stock pages of this room. The lists that cross rooms are in ``trainingsite.admin``."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from conversations import consent
from conversations.models import CatalogueEntry, ConsentText
from core.admin.base import DomainFilter, ScopedAdmin, staff
from core.admin.shapes import is_storable, is_word_list


class CatalogueEntryForm(ModelForm):
    """Other names are words that are never masked: anything else would stop every exchange."""

    def clean_aliases(self) -> list[str]:
        given = self.cleaned_data["aliases"]
        if given is None:  # an empty box
            return []
        if not (is_word_list(given) and is_storable(given)):
            raise ValidationError(_('Escriba una lista de palabras: ["una", "otra"].'))
        return given


@admin.register(CatalogueEntry)
class CatalogueEntryAdmin(ScopedAdmin):
    form = CatalogueEntryForm
    list_display = ["name", "kind", "code", "product", "minimum", "maximum", "unit", "active"]
    list_filter = [DomainFilter, "active"]
    search_fields = ["name", "code", "product"]


@admin.register(ConsentText)
class ConsentTextAdmin(ScopedAdmin):
    """What people are asked. Another wording is the next version; the earlier ones stay."""

    list_display = ["text", "number", "language", "in_domain", "created_at", "created_by"]
    list_filter = [DomainFilter, "language"]
    fields = ["domain", "language", "text"]

    def save_model(
        self, request: HttpRequest, obj: ConsentText, form: ModelForm, change: Any
    ) -> None:
        """Only ever adds: what was asked once stays as it was."""
        written = consent.write_text(
            obj.domain, obj.text, language=obj.language, by=staff(request).get_username()
        )
        obj.pk, obj.number = written.pk, written.number

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
