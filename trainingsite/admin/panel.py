"""The panel: for each domain how far its loop has come, and the one next step."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_q.models import Failure

from conversations.models import Conversation
from core.access import domains_of
from core.models import Domain
from finetune import automatic, curation
from finetune.demonstration import bases_that_demonstrate
from finetune.models import (
    Activation,
    AutoTraining,
    Dataset,
    FineTuningJob,
    JobStatus,
    TrainedModel,
)
from rag.models import Retreat
from trainingsite.admin import retreats as retreating
from trainingsite.admin.machine import parts
from trainingsite.admin.rating_queue import rateable
from trainingsite.admin.resuming import START
from trainingsite.admin.review_actions import RIGHT as REVIEW


@dataclass(frozen=True)
class Step:
    """The next thing to do: a button's text, where it leads, and why this one."""

    label: str
    url: str
    why: str


@dataclass(frozen=True)
class Loop:
    """How far one domain has come."""

    domain: Domain
    rated: int
    unrated: int
    to_review: int
    last_rated: Any
    missing: int
    dataset: Dataset | None
    job: FineTuningJob | None
    active: TrainedModel | None
    waiting: TrainedModel | None
    demonstration: bool  # what would be trained only shows the loop
    starts_at: datetime | None  # when a training that was announced starts by itself
    retreat: Retreat | None  # the model that its thumbs took out of service, till somebody saw it

    def url(self, screen: str) -> str:
        return f"{reverse(f'admin:{screen}')}?dominio={self.domain.slug}"

    @property
    def rate_url(self) -> str:
        return self.url("rate")

    @property
    def review_url(self) -> str:
        return self.url("conversations_toreview_changelist")

    @property
    def try_url(self) -> str:
        return self.url("playground")

    @property
    def next_step(self) -> Step:
        """The first thing of the loop that is not done."""
        if self.job and self.job.is_live:
            return Step(_("Ver el entrenamiento"), _job_url(self.job), _("Está en curso."))
        if self.waiting:
            why = _("El último entrenamiento dejó un modelo que todavía no contesta.")
            return Step(_("Revisar y activar"), _job_url(self.waiting.job), why)
        return self._next_data_step()

    def _next_data_step(self) -> Step:
        if self.missing:
            return self._rate_more()
        if self.dataset is None or self._rated_since(self.dataset.created_at):
            why = _("Hay calificaciones que ningún conjunto de datos tiene todavía.")
            return Step(_("Preparar Datos para Entrenamiento"), self.url("prepare"), why)
        if self.job is None or self.job.created_at < self.dataset.created_at:
            why = _("El conjunto v%d está listo y nadie ha entrenado con él.") % self.dataset.number
            return Step(_("Iniciar Entrenamiento"), self.url("start_training"), why)
        if self.to_review:
            return self._review()
        if self.unrated:
            why = _("Hay %d sin calificar: más ejemplos, mejor modelo.") % self.unrated
            return Step(_("Calificar"), self.rate_url, why)
        return Step(_("Probar el bot"), self.try_url, _("Todo está al día."))

    def _review(self) -> Step:
        label = ngettext("Revisar %d etiqueta", "Revisar %d etiquetas", self.to_review)
        why = _("La máquina no está segura de lo que leyó, o alguien pidió que se mire.")
        return Step(label % self.to_review, self.review_url, why)

    def _rate_more(self) -> Step:
        if self.to_review:
            return self._review()
        if self.unrated:
            why = _("Faltan %d ejemplos con suficientes estrellas para entrenar.") % self.missing
            return Step(_("Calificar %d sin calificar") % self.unrated, self.rate_url, why)
        why = _("Faltan %d ejemplos y no queda ninguno sin calificar.") % self.missing
        add = reverse("admin:conversations_conversation_add")
        return Step(_("Escribir conversaciones"), add, why)

    def _rated_since(self, moment: Any) -> bool:
        return bool(self.last_rated and self.last_rated > moment)


def loops(request: HttpRequest) -> list[Loop]:
    """One for each domain of the user, in a handful of queries whatever their number of rows."""
    domains = list(domains_of(request.user))
    counted = _counted(domains)
    waiting = _to_review(request, domains)
    sets = _newest(Dataset.objects.filter(domain__in=domains))
    jobs = _newest(FineTuningJob.objects.filter(domain__in=domains).select_related("model"))
    active = _active(domains)
    demonstrating = bases_that_demonstrate(domains)
    announced = _announced(domains)
    retreats = retreating.unseen(domains)
    taken_back = retreating.taken_back(domains)
    return [
        Loop(
            domain=it,
            rated=counted.get(it.pk, {}).get("rated", 0),
            unrated=counted.get(it.pk, {}).get("unrated", 0),
            to_review=waiting.get(it.pk, 0),
            last_rated=counted.get(it.pk, {}).get("last_rated"),
            missing=curation.missing(it),
            dataset=sets.get(it.pk),
            job=jobs.get(it.pk),
            active=active.get(it.pk),
            waiting=_waiting(jobs.get(it.pk), active.get(it.pk), taken_back),
            demonstration=it.pk in demonstrating,
            starts_at=announced.get(it.pk),
            retreat=retreats.get(it.pk),
        )
        for it in domains
    ]


def context(request: HttpRequest) -> dict[str, Any]:
    """What the index page shows."""
    if not request.user.has_perm("core.view_domain"):
        return {"loops": [], "parts": [], "failures": 0}
    may_see_off = request.user.has_perm(retreating.RIGHT)
    return {"loops": loops(request), "may_see_off": may_see_off, **_machine(request)}


def machine(request: HttpRequest) -> HttpResponse:
    """The state of the machine alone, asked for again while the panel is open."""
    return TemplateResponse(request, "admin/trainingsite/machine.html", _machine(request))


def _machine(request: HttpRequest) -> dict[str, Any]:
    may_look = request.user.has_perm("django_q.view_failure")
    return {
        "parts": parts(),
        "failures": Failure.objects.count() if may_look else 0,
        "may_resume": request.user.has_perm(START),
    }


def _counted(domains: list[Domain]) -> dict[int, dict[str, Any]]:
    found = (
        rateable()
        .filter(domain__in=domains)
        .order_by()
        .values("domain")
        .annotate(
            rated=Count("pk", filter=Q(stars__isnull=False)),
            unrated=Count("pk", filter=Q(stars=None)),
            last_rated=Max("updated_at", filter=Q(stars__isnull=False)),
        )
    )
    return {row["domain"]: dict(row) for row in found}


def _to_review(request: HttpRequest, domains: list[Domain]) -> dict[int, int]:
    """How many wait in each domain, for who may review them."""
    if not request.user.has_perm(REVIEW):
        return {}
    rows = Conversation.objects.filter(domain__in=domains).to_review().consented().order_by()
    return dict(rows.values_list("domain").annotate(Count("pk")))


def _newest(rows: Any) -> dict[int, Any]:
    newest = rows.order_by("domain_id", "-created_at", "-pk").distinct("domain_id")
    return {row.domain_id: row for row in newest}


def _active(domains: list[Domain]) -> dict[int, TrainedModel]:
    now = Activation.objects.current().filter(domain__in=domains)
    return {it.domain_id: it.model for it in now.select_related("model__job")}


def _announced(domains: list[Domain]) -> dict[int, datetime | None]:
    settings = AutoTraining.objects.filter(domain__in=domains, enabled=True)
    return {it.domain_id: automatic.starts_at(it) for it in settings}


def _waiting(
    job: FineTuningJob | None, active: TrainedModel | None, taken_back: set[int]
) -> TrainedModel | None:
    """The newest job's model, if it does not answer, is newer than the one that does, and people's
    thumbs have not taken it back."""
    if job is None or job.status != JobStatus.SUCCEEDED or not hasattr(job, "model"):
        return None
    if job.model.pk in taken_back:
        return None
    newer = active is None or active.created_at < job.model.created_at
    return job.model if newer and active != job.model else None


def _job_url(job: FineTuningJob) -> str:
    return reverse("admin:finetune_finetuningjob_change", args=[job.pk])
