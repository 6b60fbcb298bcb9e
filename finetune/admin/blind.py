"""The page where people compare two answers without knowing whose they are."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext

from core.admin.base import staff
from core.errors import Refusal
from finetune import blind

COMPARE = "finetune.compare_answers"


class BlindPages(admin.ModelAdmin):
    def get_urls(self) -> list[URLPattern]:
        compare = path(
            "<int:pk>/a-ciegas/",
            self.admin_site.admin_view(self.blind_view),
            name="finetune_evaluation_blind",
        )
        return [compare, *super().get_urls()]

    def blind_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Two answers to a question (GET); which one is better, and the next question (POST)."""
        if not request.user.has_perm(COMPARE):
            raise PermissionDenied
        rows: Any = self.get_queryset(request)
        evaluation = get_object_or_404(rows.finished(), pk=pk)
        by = staff(request).get_username()
        if request.method == "POST":
            key, side = request.POST.get("pregunta", ""), request.POST.get("mejor", "")
            try:
                blind.vote(evaluation, key=key, side=side, by=by)
            except Refusal as refusal:
                messages.error(request, str(refusal))
            return HttpResponseRedirect(request.path)
        context = self.admin_site.each_context(request) | {
            "title": gettext("¿Cuál contesta mejor?"),
            "evaluation": evaluation,
            "pair": blind.next_pair(evaluation, by=by),
        }
        return TemplateResponse(request, "admin/finetune/blind.html", context)
