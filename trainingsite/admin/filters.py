"""Filters of the conversations list. Their choices are fixed or the domain's own, never counted."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation
from conversations.scoring import GENERAL
from core.access import domains_of


class StarsFilter(SimpleListFilter):
    title = _("calificación")
    parameter_name = "calificacion"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        stars = [(str(it), "★" * it) for it in range(5, 0, -1)]
        return [("no", _("Sin calificar")), ("si", _("Calificadas")), *stars]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Conversation]
    ) -> QuerySet[Conversation]:
        asked = self.value()
        if asked in {"si", "no"}:
            return queryset.filter(stars__isnull=asked == "no")
        return queryset.filter(stars=int(asked)) if asked in set("12345") else queryset


class CategoryFilter(SimpleListFilter):
    """The categories that the user's domains define."""

    title = _("categoría")
    parameter_name = "categoria"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        texts = domains_of(request.user).values_list("texts", flat=True)
        names = {str(it["name"]) for found in texts for it in found.get("categories", [])}
        return [(name, name.replace("_", " ")) for name in sorted({*names, GENERAL})]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Conversation]
    ) -> QuerySet[Conversation]:
        return queryset.filter(category=self.value()) if self.value() else queryset
