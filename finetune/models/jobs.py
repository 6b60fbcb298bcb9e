"""Training runs at a provider, and what it said about them."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict
from core.models import Domain
from finetune.models.datasets import Dataset, Method


class JobStatus(models.TextChoices):
    PENDING = "pending", _("Pendiente")
    RUNNING = "running", _("Ejecutando")
    SUCCEEDED = "succeeded", _("Exitoso")
    FAILED = "failed", _("Fallido")
    CANCELLED = "cancelled", _("Cancelado")


class Step(models.TextChoices):
    """Where our own protocol stands with the provider."""

    QUEUED = "queued", _("en cola")
    SUBMITTING = "submitting", _("enviando")
    SUBMITTED = "submitted", _("enviado")


LIVE = [JobStatus.PENDING, JobStatus.RUNNING]
ENDED = [JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED]


class JobQuerySet(models.QuerySet["FineTuningJob"]):
    def live(self) -> Self:
        return self.filter(status__in=LIVE)

    def ended(self) -> Self:
        return self.filter(status__in=ENDED)

    def named(self, name: str) -> Self:
        """By the provider's id, or by the ``run-<uuid>`` it had before; both work for ever."""
        found = Q(openai_job_id=name)
        with suppress(ValueError):
            found |= Q(run_key=uuid.UUID(name.removeprefix("run-")))
        return self.filter(found)

    def free_to_poll(self) -> Self:
        """Live and not held by another poller, by the database's clock."""
        return self.live().filter(Q(lease_until=None) | Q(lease_until__lt=Now()))


class FineTuningJob(models.Model):
    """A training run at a provider (``fine_tuning_jobs``)."""

    domain = models.ForeignKey(
        Domain, models.PROTECT, related_name="jobs", verbose_name=_("dominio")
    )
    dataset = models.ForeignKey(
        Dataset, models.PROTECT, related_name="jobs", verbose_name=_("conjunto de datos")
    )
    provider = models.CharField(_("proveedor"), max_length=40)
    run_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    openai_job_id = models.CharField(_("id del proveedor"), max_length=100, unique=True)
    status = models.CharField(
        _("estado"), max_length=50, choices=JobStatus.choices, default=JobStatus.PENDING
    )
    provider_status = models.CharField(_("palabra del proveedor"), max_length=50, blank=True)
    step = models.CharField(_("paso"), max_length=20, choices=Step.choices, default=Step.QUEUED)
    base_model = models.CharField(_("modelo base"), db_column="modelo_base", max_length=100)
    trained_model = models.CharField(
        _("modelo entrenado"), db_column="modelo_entrenado", max_length=200, null=True, blank=True
    )
    training_file = models.CharField(
        _("archivo"), db_column="archivo_entrenamiento", max_length=500, null=True, blank=True
    )
    total_conversations = models.IntegerField(
        _("conversaciones"), db_column="total_conversaciones", null=True
    )
    progress = models.FloatField(_("progreso (%)"), db_column="progreso", null=True)
    error = models.TextField(_("error"), null=True, blank=True)
    method = models.CharField(
        _("método"), max_length=12, choices=Method.choices, default=Method.SUPERVISED
    )
    epochs = models.IntegerField(_("épocas"), null=True, blank=True)
    learning_rate = models.FloatField(_("multiplicador de aprendizaje"), null=True, blank=True)
    parameters = models.JSONField(
        _("otros parámetros"),
        default=dict,
        blank=True,
        help_text=_("Los del adaptador (rango, alfa), semilla, tamaño de lote."),
    )
    params_hash = models.CharField(max_length=64, blank=True, editable=False)
    estimate = models.JSONField(_("estimación"), default=dict, blank=True)
    reserved = models.DecimalField(
        _("reservado"), max_digits=12, decimal_places=4, null=True, blank=True
    )
    cost = models.DecimalField(_("costo"), max_digits=12, decimal_places=4, null=True, blank=True)
    automatic = models.BooleanField(_("iniciado solo"), default=False)
    created_at = models.DateTimeField(_("creado"), db_column="creado_en", default=timezone.now)
    finished_at = models.DateTimeField(_("terminado"), db_column="completado_en", null=True)
    updated_at = models.DateTimeField(_("actualizado"), db_column="actualizado_en", auto_now=True)
    created_by = models.CharField(_("por"), max_length=150)
    trained_tokens = models.BigIntegerField(_("tokens entrenados"), null=True)
    attempts = models.PositiveSmallIntegerField(_("intentos de envío"), default=0)
    unanswered = models.PositiveSmallIntegerField(_("envíos sin respuesta"), default=0)
    sent_at = models.DateTimeField(_("último envío"), null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    asked_at = models.DateTimeField(_("preguntado"), null=True, editable=False)

    objects = JobQuerySet.as_manager()

    class Meta:
        db_table = "fine_tuning_jobs"
        verbose_name = _("entrenamiento")
        verbose_name_plural = _("entrenamientos")
        ordering = ["-created_at", "-pk"]
        permissions = [("start_job", "Iniciar y cancelar entrenamientos")]
        indexes = [
            models.Index(fields=["status"], name="job_status"),
            models.Index(fields=["created_at"], name="job_creado_en"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="job_one_live_per_run",
                fields=["dataset", "provider", "base_model", "method", "params_hash"],
                condition=Q(status__in=["pending", "running"]),
            ),
            models.CheckConstraint(
                name="job_finished_exactly_when_ended",
                condition=Q(status__in=["pending", "running"], finished_at=None)
                | (~Q(status__in=["pending", "running"]) & Q(finished_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="job_progress_is_a_percentage",
                condition=Q(progress=None) | Q(progress__range=(0, 100)),
            ),
        ]

    def __str__(self) -> str:
        return self.openai_job_id

    @property
    def run_name(self) -> str:
        """What the job is called before its provider names it."""
        return f"run-{self.run_key}"

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    def move_to(self, status: str, **facts: Any) -> bool:
        """Move to ``status`` and record ``facts``; return whether the status changed.

        Two pollers may bring the same news: the row is locked and read again, the first moves
        it, the second only records. An ended job is never touched: :class:`Conflict`.
        """
        with transaction.atomic():
            job = FineTuningJob.objects.select_for_update(no_key=True).get(pk=self.pk)
            moved = job.status != status
            if job.status in ENDED:
                if moved:
                    raise Conflict(f"El entrenamiento ya terminó: {job.status}.", id=str(job))
                return False
            if status in ENDED:
                facts.setdefault("finished_at", timezone.now())
            FineTuningJob.objects.filter(pk=job.pk).update(
                status=status, updated_at=timezone.now(), **facts
            )
        self.refresh_from_db()
        return moved


class JobEvent(models.Model):
    """What the provider said about a job, once."""

    job = models.ForeignKey(
        FineTuningJob, models.CASCADE, related_name="events", verbose_name=_("entrenamiento")
    )
    event_id = models.CharField(max_length=100)
    at = models.DateTimeField(_("cuándo"))
    level = models.CharField(_("nivel"), max_length=10)
    kind = models.CharField(_("tipo"), max_length=20)
    message = models.TextField(_("mensaje"))
    data = models.JSONField(_("datos"), default=dict)

    class Meta:
        verbose_name = _("suceso")
        verbose_name_plural = _("sucesos")
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(name="job_event_once", fields=["job", "event_id"])]

    def __str__(self) -> str:
        return self.message[:80]


class ProviderNotice(models.Model):
    """A provider's call to our webhook, by its own id: the same one again changes nothing."""

    provider = models.CharField(_("proveedor"), max_length=40)
    notice_id = models.CharField(max_length=200)
    kind = models.CharField(_("tipo"), max_length=60)
    at = models.DateTimeField(_("cuándo"), db_default=Now())

    class Meta:
        verbose_name = _("aviso del proveedor")
        verbose_name_plural = _("avisos del proveedor")
        constraints = [
            models.UniqueConstraint(name="notice_once", fields=["provider", "notice_id"])
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.kind}"
