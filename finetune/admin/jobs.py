"""Trainings: a page that follows one from our own table; cancelling and deleting it."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.admin.base import DomainFilter, ReadOnly, ScopedAdmin, WithFacts, staff
from core.errors import Refusal
from finetune import training
from finetune.admin.job_page import BADGES, facts
from finetune.demonstration import demonstrates
from finetune.models import Activation, FineTuningJob, JobStatus


@admin.register(FineTuningJob)
class FineTuningJobAdmin(ReadOnly, WithFacts, ScopedAdmin):
    change_form_template = "admin/finetune/job.html"
    list_display = [
        "openai_job_id",
        "in_domain",
        "state",
        "shown_progress",
        "base_model",
        "created_at",
        "finished_at",
    ]
    list_filter = [DomainFilter, "status"]
    search_fields = ["openai_job_id", "base_model", "trained_model"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[FineTuningJob]:
        return super().get_queryset(request).select_related("dataset__prompt", "model", "domain")

    @display(description=_("estado"), label=BADGES, ordering="status")
    def state(self, job: FineTuningJob) -> tuple[str, str]:
        return job.status, job.get_status_display()

    @admin.display(description=_("progreso"), ordering="progress")
    def shown_progress(self, job: FineTuningJob) -> str:
        return "–" if job.progress is None else f"{job.progress:.0f} %"

    def has_delete_permission(self, request: HttpRequest, obj: FineTuningJob | None = None) -> bool:
        may = request.user.has_perm("finetune.delete_finetuningjob")
        return may and not (obj and obj.is_live)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list, dict, set, list]:
        """What ``training.delete`` takes along; it, and not the foreign keys, says what stays."""
        gone = [str(job) for job in objs]
        return gone, {self.opts.verbose_name_plural: len(gone)}, set(), []

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(
                reverse("admin:finetune_finetuningjob_change", args=[object_id])
            )

    def delete_model(self, request: HttpRequest, obj: FineTuningJob) -> None:
        training.delete(obj, by=staff(request).get_username())

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Deleting asks the provider too, one job at a time."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    # --- pages -----------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        name = "finetune_finetuningjob_{}".format
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/estado/", view(self.state_view), name=name("state")),
            path("<int:pk>/cancelar/", view(self.cancel_view), name=name("cancel")),
            *super().get_urls(),
        ]

    def facts_of(self, request: HttpRequest, job: FineTuningJob) -> dict[str, Any]:
        base_demonstrates = demonstrates(job.provider, job.base_model)
        shown = self._shown(request, job, base_demonstrates=base_demonstrates)
        return shown | {"show_delete": not _was_active(job)}

    def state_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The part of the page that moves; asked for again every ten seconds while it does.

        It asks no provider: the page says in ``demostracion`` what it learnt as it opened.
        """
        job = self._job(request, pk)
        if not self.has_view_permission(request, job):
            raise PermissionDenied
        shown = self._shown(request, job, base_demonstrates="demostracion" in request.GET)
        return TemplateResponse(request, "admin/finetune/job_state.html", shown)

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask first (GET), then cancel (POST) and go back to the job with what came of it."""
        job = self._job(request, pk)
        if not request.user.has_perm("finetune.start_job"):
            raise PermissionDenied
        if request.method == "POST":
            return self._cancel(request, job)
        context = self.admin_site.each_context(request) | {
            "title": gettext("¿Cancelar este entrenamiento?"),
            "warning": gettext(
                "Se pierde lo entrenado hasta ahora. Los datos preparados se quedan."
            ),
            "button": gettext("Cancelar el entrenamiento"),
            "back": self._url(job),
        }
        return TemplateResponse(request, "admin/confirm.html", context)

    # --- parts -----------------------------------------------------------------------------

    def _job(self, request: HttpRequest, pk: int) -> FineTuningJob:
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def _shown(
        self, request: HttpRequest, job: FineTuningJob, *, base_demonstrates: bool
    ) -> dict[str, Any]:
        rights = {
            "may_cancel": job.is_live and request.user.has_perm("finetune.start_job"),
            "may_activate": job.status == JobStatus.SUCCEEDED
            and hasattr(job, "model")
            and request.user.has_perm("finetune.activate_model"),
        }
        return {"job": job, **rights, **facts(job, base_demonstrates=base_demonstrates)}

    def _cancel(self, request: HttpRequest, job: FineTuningJob) -> HttpResponseRedirect:
        try:
            training.cancel(job, by=staff(request).get_username())
            messages.success(request, gettext("Entrenamiento cancelado."))
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(self._url(job))

    def _url(self, job: FineTuningJob) -> str:
        return reverse("admin:finetune_finetuningjob_change", args=[job.pk])


def _was_active(job: FineTuningJob) -> bool:
    """What people were told hangs on such a job: ``training.delete`` refuses it."""
    return Activation.objects.filter(model__job=job).exists()
