"""Quotes: to look at, and on paper."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from core.admin.base import DomainFilter, ReadOnly, ReadOnlyTable, ScopedAdmin, WithFacts
from rag.models import Quote, QuoteLine
from rag.proforma import paper


class LineInline(ReadOnlyTable):
    model = QuoteLine
    fields = ["product", "size", "glaze", "quantity", "unit", "unit_price", "amount"]


@admin.register(Quote)
class QuoteAdmin(ReadOnly, WithFacts, ScopedAdmin):
    change_form_outer_before_template = "admin/rag/quote.html"
    list_display = [
        "number",
        "in_domain",
        "created_at",
        "terms",
        "total",
        "currency",
        "valid_until",
    ]
    list_filter = [DomainFilter, "incoterm", ("created_at", admin.DateFieldListFilter)]
    search_fields = ["number", "destination"]
    inlines = [LineInline]
    fields = ["domain", "number", "created_at", "valid_until", "price_list", "terms", "total"]
    fields += ["currency", "assumptions"]

    @admin.display(description=_("entrega"))
    def terms(self, quote: Quote) -> str:
        return f"{quote.incoterm} {quote.destination}".strip()

    def facts_of(self, request: HttpRequest, quote: Quote) -> dict[str, Any]:
        return {"quote": quote}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.paper_view)
        shown = path("<int:pk>/papel/<str:form>/", view, name="rag_quote_paper")
        return [shown, *super().get_urls()]

    def paper_view(self, request: HttpRequest, pk: int, form: str) -> HttpResponse:
        """The quote as ``html`` or ``pdf``."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return paper.response(get_object_or_404(self.get_queryset(request), pk=pk), form)
