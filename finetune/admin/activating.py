"""Putting a model in service, out of it, and the one before back: pages that say what it takes."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from core.admin.base import staff
from core.errors import Conflict, Refusal
from finetune import activation, evaluation, gate
from finetune.activation import SecondPersonNeeded
from finetune.activation.switch import locked
from finetune.admin.evaluation_page import SIGNS, comparisons
from finetune.models import TrainedModel

ACTIVATE, TRAIN = "finetune.activate_model", "finetune.start_job"


class ReasonForm(forms.Form):
    """Why a model is to answer that no evaluation proved better."""

    reason = forms.CharField(
        label=_("Motivo"),
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Queda escrito en la historia del modelo, con su nombre."),
    )


class ActivationPages(admin.ModelAdmin):
    """The decisions about a trained model; each is asked of the gate, and of nobody else."""

    def get_urls(self) -> list[URLPattern]:
        name = "finetune_trainedmodel_{}".format
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/activar/", view(self.activate_view), name=name("activate")),
            path("<int:pk>/volver/", view(self.roll_back_view), name=name("roll_back")),
            path("<int:pk>/desactivar/", view(self.deactivate_view), name=name("deactivate")),
            path("<int:pk>/evaluar/", view(self.evaluate_view), name=name("evaluate")),
            *super().get_urls(),
        ]

    def activate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the gate says, and the form for it (GET); activate, or ask for a second (POST)."""
        model = self._model(request, pk, right=ACTIVATE)
        found = gate.standing(model)
        ask = ReasonForm if found.needs_reason else forms.Form
        form = ask(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                return self._activate(request, model, **form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
        status = 409 if request.method == "POST" else 200
        return self._page(request, "activate.html", found, status=status, form=form)

    def roll_back_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let the model before this one answer again: one click (POST), one person."""
        model = self._model(request, pk, right=ACTIVATE)
        return self._decide(
            request,
            model,
            verb=_roll_back,
            done=gettext("Desde ahora vuelve a contestar «%s»."),
        )

    def deactivate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let no trained model answer in this one's domain (POST)."""
        model = self._model(request, pk, right=ACTIVATE)
        return self._decide(
            request,
            model,
            verb=_deactivate,
            done=gettext("Desde ahora contesta «%s», sin entrenar y con ejemplos."),
        )

    def evaluate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have this model evaluated again (POST); the queue does it, the page tells."""
        model = self._model(request, pk, right=TRAIN)
        return self._decide(
            request, model, verb=_evaluate, done=gettext("En cola: se evalúa «%s».")
        )

    # --- parts -----------------------------------------------------------------------------

    def _model(self, request: HttpRequest, pk: int, *, right: str) -> TrainedModel:
        rows = self.get_queryset(request).select_related("job__dataset", "domain", "prompt")
        model = get_object_or_404(rows, pk=pk)
        if not request.user.has_perm(right):
            raise PermissionDenied
        return model

    def _activate(
        self, request: HttpRequest, model: TrainedModel, reason: str = ""
    ) -> HttpResponseRedirect:
        by, force = staff(request).get_username(), "forzar" in request.POST
        try:
            activation.activate(model, by=by, reason=reason, force=force)
        except SecondPersonNeeded as asked:
            messages.info(request, str(asked))
            where = reverse(
                "admin:finetune_activationrequest_change", args=[asked.details["peticion"]]
            )
            return HttpResponseRedirect(where)
        said = gettext("Modelo activado: desde ahora contesta en «%s».") % model.domain
        messages.success(request, said)
        return self._back(model)

    def _decide(
        self,
        request: HttpRequest,
        model: TrainedModel,
        *,
        verb: Callable[..., str],
        done: str,
    ) -> HttpResponseRedirect:
        """Do it (POST only) and go back to the model with what came of it."""
        if request.method == "POST":
            try:
                messages.success(request, done % verb(model, by=staff(request).get_username()))
            except Refusal as refusal:
                messages.error(request, str(refusal))
        return self._back(model)

    def _page(
        self, request: HttpRequest, name: str, found: gate.Standing, *, status: int, **more: Any
    ) -> TemplateResponse:
        context = self.admin_site.each_context(request) | {
            "title": gettext("¿Activar este modelo?"),
            **shown(found),
            **more,
        }
        return TemplateResponse(request, f"admin/finetune/{name}", context, status=status)

    def _back(self, model: TrainedModel) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:finetune_trainedmodel_change", args=[model.pk]))


def shown(found: gate.Standing) -> dict[str, Any]:
    """Where a model stands, for the templates: its badge, its numbers, who answers today."""
    summary = found.evaluation.summary if found.evaluation else {}
    return {
        "model": found.model,
        "standing": found,
        "sign": SIGNS[found.verdict],
        "comparisons": [it for it in comparisons(summary) if it.decides],
        "serving": activation.active(found.model.domain),
        "asked": found.model.requests.filter(decided_at=None).first(),
    }


@transaction.atomic
def _roll_back(model: TrainedModel, *, by: str) -> str:
    """Only from ``model``: the second of two clicks finds another one in service."""
    _refuse_idle(model)
    return activation.roll_back(model.domain, by=by).model.name


@transaction.atomic
def _deactivate(model: TrainedModel, *, by: str) -> str:
    _refuse_idle(model)
    activation.deactivate(model.domain, by=by)
    return model.domain.answer_model


def _evaluate(model: TrainedModel, *, by: str) -> str:
    evaluation.begin(model, by=by)
    return model.name


def _refuse_idle(model: TrainedModel) -> None:
    if activation.active(locked(model.domain)) != model:
        raise Conflict(
            "Ese modelo ya no es el que contesta. No cambió nada.", code="not_in_service"
        )
