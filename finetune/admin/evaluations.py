"""Evaluations: how a model did beside its rivals, and what follows from it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.admin.base import DomainFilter, ReadOnly, ScopedAdmin, WithFacts
from finetune.admin.blind import COMPARE, BlindPages
from finetune.admin.evaluation_page import facts
from finetune.models import Evaluation, Verdict

LABELS = {Verdict.BETTER: "success", Verdict.WORSE: "danger", Verdict.UNCLEAR: "warning", "": ""}


@admin.register(Evaluation)
class EvaluationAdmin(BlindPages, ReadOnly, WithFacts, ScopedAdmin):
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

    def facts_of(self, request: HttpRequest, found: Evaluation) -> dict[str, Any]:
        may = {"may_compare": request.user.has_perm(COMPARE)}
        return {"evaluation": found, **facts(found), **may}
