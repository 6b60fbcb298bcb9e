"""Trained models: which one answers, and putting another one to work."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.admin.base import DomainFilter, ReadOnly, ReadOnlyTable, ScopedAdmin, WithFacts
from finetune import activation, gate
from finetune.admin.activating import ACTIVATE, TRAIN, ActivationPages, shown
from finetune.admin.deploying import DEPLOY, DeploymentPages
from finetune.admin.evaluations import LABELS
from finetune.admin.remedying import ErasedFilter, RemedyPages
from finetune.models import Activation, Deployment, Evaluation, Target, TrainedModel, Verdict
from finetune.remedies import remedy_of


class ActivationInline(ReadOnlyTable):
    model = Activation
    fields = [
        "activated_at",
        "activated_by",
        "approved_by",
        "verdict",
        "forced",
        "reason",
        "retired_at",
    ]


class DeploymentInline(ReadOnlyTable):
    model = Deployment
    fields = ["target", "state", "name", "sha256", "checked_at", "why", "created_at", "created_by"]
    readonly_fields = ["why"]

    @admin.display(description=_("error"))
    def why(self, row: Deployment) -> str:
        return row.why or "–"


@admin.register(TrainedModel)
class TrainedModelAdmin(
    ActivationPages, DeploymentPages, RemedyPages, ReadOnly, WithFacts, ScopedAdmin
):
    change_form_outer_before_template = "admin/finetune/model_state.html"
    list_display = [
        "name",
        "in_domain",
        "service",
        "evaluated",
        "kind",
        "base_model",
        "provider",
        "created_at",
    ]
    list_filter = [DomainFilter, ErasedFilter, "demonstration"]
    search_fields = ["name", "base_model"]
    inlines = [ActivationInline, DeploymentInline]
    actions = ["activate"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrainedModel]:
        now = Activation.objects.current().filter(model=OuterRef("pk"))
        newest = Evaluation.objects.finished().filter(model=OuterRef("pk"))
        return (
            super()
            .get_queryset(request)
            .annotate(in_service=Exists(now), newest=Subquery(newest.values("verdict")[:1]))
        )

    def facts_of(self, request: HttpRequest, model: TrainedModel) -> dict[str, Any]:
        return self._state(request, model)

    def has_activate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(ACTIVATE)

    @display(description=_("servicio"), label={"active": "success", "idle": ""})
    def service(self, model: Any) -> tuple[str, str]:
        active = ("active", gettext("activo"))
        return active if model.in_service else ("idle", gettext("en reserva"))

    @display(description=_("última evaluación"), label=LABELS, ordering="newest")
    def evaluated(self, model: Any) -> tuple[str, str]:
        if model.newest is None:
            return "", gettext("sin evaluar")
        return model.newest, str(Verdict(model.newest).label)

    @display(description=_("clase"), label={"demo": "warning", "own": "info"})
    def kind(self, model: TrainedModel) -> tuple[str, str]:
        if model.demonstration:
            return "demo", gettext("modelo de demostración")
        return "own", gettext("entrenado")

    @admin.action(description=_("Activar Modelo"), permissions=["activate"])
    def activate(
        self, request: HttpRequest, queryset: QuerySet[TrainedModel]
    ) -> HttpResponseRedirect | None:
        """One model answers in a domain, so one is chosen; the next page asks to confirm."""
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            note = _("Elija un solo modelo: en cada dominio contesta uno. No se activó ninguno.")
            self.message_user(request, note, messages.ERROR)
            return None
        return HttpResponseRedirect(
            reverse("admin:finetune_trainedmodel_activate", args=[chosen[0].pk])
        )

    def _state(self, request: HttpRequest, model: TrainedModel) -> dict[str, Any]:
        """Where the model stands, and what who looks may do with it."""
        state = shown(gate.standing(model))
        serves = state["serving"] == model
        return {
            **state,
            "serves": serves,
            "remedy": remedy_of(model, serves=serves) if model.learnt_from_erased else None,
            "earlier": activation.before(model.domain) if serves else None,
            "evaluating": model.evaluations.open().first(),
            "may_activate": request.user.has_perm(ACTIVATE),
            "may_evaluate": request.user.has_perm(TRAIN),
            "targets": _targets() if request.user.has_perm(DEPLOY) else [],
            "files": _files(model) if request.user.has_perm(DEPLOY) else [],
        }


def _targets() -> list[Target]:
    """Where a model may be put from here: Ollama only where there is one."""
    return [it for it in Target if it != Target.OLLAMA or settings.OLLAMA_URL]


def _files(model: TrainedModel) -> list[Target]:
    """The kinds of file that were checked and may be taken."""
    checked = model.deployments.filter(checked_at__isnull=False).exclude(target=Target.OLLAMA)
    return [Target(it) for it in sorted(set(checked.values_list("target", flat=True)))]
