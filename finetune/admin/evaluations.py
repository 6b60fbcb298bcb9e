"""Evaluations: how a model did beside its rivals, and what follows from it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.admin.base import DomainFilter, ReadOnly, ScopedAdmin
from finetune.admin.blind import COMPARE, BlindPages
from finetune.admin.evaluation_page import facts
from finetune.models import Evaluation, Verdict

LABELS = {Verdict.BETTER: "success", Verdict.WORSE: "danger", Verdict.UNCLEAR: "warning", "": ""}


@admin.register(Evaluation)
class EvaluationAdmin(BlindPages, ReadOnly, ScopedAdmin):
    change_form_template = "admin/finetune/evaluation.html"
    list_display = ["model", "in_domain", "said", "created_at", "finished_at"]
    list_filter = [DomainFilter, "verdict"]
    search_fields = ["model__name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evaluation]:
        rows = super().get_queryset(request)
        return rows.select_related("model__job", "model__domain", "domain", "incumbent", "work")

    @display(description=_("veredicto"), label=LABELS, ordering="verdict")
    def said(self, evaluation: Evaluation) -> tuple[str, str]:
        if evaluation.finished_at is None:
            return "", gettext("en marcha")
        return evaluation.verdict, evaluation.get_verdict_display()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        shown = {"evaluation": found, **facts(found)} if found else {}
        may = {"may_compare": request.user.has_perm(COMPARE)}
        return super().change_view(
            request, object_id, form_url, {**shown, **may, **(extra_context or {})}
        )
