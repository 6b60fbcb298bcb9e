"""What is learned: datasets, jobs, trained models, their evaluation and activation."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation
from core.errors import Conflict
from core.models import Domain, PromptVersion


class Part(models.TextChoices):
    TRAIN = "train", _("entrenamiento")
    VALID = "valid", _("validación")


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


class EvaluationQuestion(models.Model):
    """One question of a domain's frozen set, with its approved answer; never trained on."""

    domain = models.ForeignKey(Domain, models.CASCADE, related_name="evaluation_questions")
    topic = models.CharField(_("tema"), max_length=80, blank=True)
    question = models.TextField(_("pregunta"))
    answer = models.TextField(_("respuesta aprobada"))
    question_hash = models.CharField(_("huella"), max_length=32, db_index=True)

    class Meta:
        verbose_name = _("pregunta de evaluación")
        verbose_name_plural = _("preguntas de evaluación")
        constraints = [
            models.UniqueConstraint(
                name="evaluation_question_once", fields=["domain", "question_hash"]
            )
        ]

    def __str__(self) -> str:
        return self.question[:80]


class Dataset(models.Model):
    """A version of what a domain's bot learns from. Never changed once made."""

    domain = models.ForeignKey(Domain, models.PROTECT, related_name="datasets")
    number = models.PositiveIntegerField(_("versión"))
    prompt = models.ForeignKey(PromptVersion, models.PROTECT, verbose_name=_("prompt"))
    sha256 = models.CharField(_("huella"), max_length=64)
    filters = models.JSONField(_("filtros"), default=dict)
    considered = models.PositiveIntegerField(_("consideradas"))
    excluded = models.JSONField(_("excluidas"), default=list)
    created_at = models.DateTimeField(_("creada"), default=timezone.now)
    created_by = models.CharField(_("por"), max_length=150)

    class Meta:
        verbose_name = _("conjunto de datos")
        verbose_name_plural = _("conjuntos de datos")
        ordering = ["-created_at", "-pk"]
        permissions = [("prepare_dataset", "Preparar datos para entrenamiento")]
        constraints = [
            models.UniqueConstraint(name="dataset_number_once", fields=["domain", "number"]),
            models.UniqueConstraint(name="dataset_content_once", fields=["domain", "sha256"]),
        ]

    def __str__(self) -> str:
        return f"{self.domain.slug} v{self.number}"


class DatasetItem(models.Model):
    """A conversation as it entered a dataset: the text that is trained, word for word."""

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="items")
    conversation = models.ForeignKey(
        Conversation, models.SET_NULL, null=True, related_name="dataset_items"
    )
    position = models.PositiveIntegerField(_("línea"))
    part = models.CharField(_("parte"), max_length=5, choices=Part.choices)
    question = models.TextField(_("pregunta"))
    answer = models.TextField(_("respuesta"))
    sha256 = models.CharField(_("huella"), max_length=64)

    class Meta:
        verbose_name = _("ejemplo")
        verbose_name_plural = _("ejemplos")
        ordering = ["part", "position"]
        constraints = [
            models.UniqueConstraint(
                name="dataset_line_once", fields=["dataset", "part", "position"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.part} {self.position}"


class ProviderFile(models.Model):
    """A part of a dataset as a provider holds it: uploaded once."""

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="files")
    provider = models.CharField(_("proveedor"), max_length=40)
    part = models.CharField(_("parte"), max_length=5, choices=Part.choices)
    file_id = models.CharField(_("archivo"), max_length=200)
    bytes = models.PositiveBigIntegerField(_("bytes"))
    uploaded_at = models.DateTimeField(_("subido"), default=timezone.now)

    class Meta:
        verbose_name = _("archivo en el proveedor")
        verbose_name_plural = _("archivos en el proveedor")
        constraints = [
            models.UniqueConstraint(
                name="file_uploaded_once", fields=["dataset", "provider", "part"]
            ),
            models.UniqueConstraint(name="file_id_once", fields=["provider", "file_id"]),
        ]

    def __str__(self) -> str:
        return self.file_id


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

    domain = models.ForeignKey(Domain, models.PROTECT, related_name="jobs")
    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="jobs")
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
    epochs = models.IntegerField(_("épocas"), null=True, blank=True)
    learning_rate = models.FloatField(_("multiplicador de aprendizaje"), null=True, blank=True)
    created_at = models.DateTimeField(_("creado"), db_column="creado_en", default=timezone.now)
    finished_at = models.DateTimeField(_("terminado"), db_column="completado_en", null=True)
    updated_at = models.DateTimeField(_("actualizado"), db_column="actualizado_en", auto_now=True)
    created_by = models.CharField(_("por"), max_length=150)
    trained_tokens = models.BigIntegerField(_("tokens entrenados"), null=True)
    attempts = models.PositiveSmallIntegerField(_("intentos de envío"), default=0)
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
                name="job_one_live_per_dataset_and_base",
                fields=["dataset", "provider", "base_model"],
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

    job = models.ForeignKey(FineTuningJob, models.CASCADE, related_name="events")
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


class TrainedModel(models.Model):
    """A model that a job made, or (with no job) one that a domain may answer with."""

    domain = models.ForeignKey(Domain, models.PROTECT, related_name="models")
    job = models.OneToOneField(FineTuningJob, models.PROTECT, related_name="model")
    provider = models.CharField(_("proveedor"), max_length=40)
    name = models.CharField(_("nombre"), max_length=200)
    base_model = models.CharField(_("modelo base"), max_length=100)
    prompt = models.ForeignKey(PromptVersion, models.PROTECT, verbose_name=_("prompt"))
    demonstration = models.BooleanField(_("de demostración"), default=False)
    created_at = models.DateTimeField(_("creado"), default=timezone.now)

    class Meta:
        verbose_name = _("modelo entrenado")
        verbose_name_plural = _("modelos entrenados")
        ordering = ["-created_at", "-pk"]
        permissions = [("activate_model", "Activar modelos")]
        constraints = [models.UniqueConstraint(name="model_once", fields=["provider", "name"])]

    def __str__(self) -> str:
        return self.name


class Activation(models.Model):
    """Which trained model answered in a domain, and when. At most one does now."""

    domain = models.ForeignKey(Domain, models.PROTECT, related_name="activations")
    model = models.ForeignKey(TrainedModel, models.PROTECT, related_name="activations")
    activated_at = models.DateTimeField(_("activado"), default=timezone.now)
    activated_by = models.CharField(_("por"), max_length=150)
    retired_at = models.DateTimeField(_("retirado"), null=True, blank=True)

    class Meta:
        verbose_name = _("activación")
        verbose_name_plural = _("activaciones")
        ordering = ["-activated_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="activation_one_per_domain",
                fields=["domain"],
                condition=Q(retired_at=None),
                violation_error_message=_("El dominio ya tiene un modelo activo."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.domain.slug}: {self.model}"


class Variant(models.TextChoices):
    """Who answered in an evaluation."""

    BASE = "base", _("modelo base")
    EXAMPLES = "examples", _("base con ejemplos")
    TUNED = "tuned", _("entrenado")


class Evaluation(models.Model):
    """How the base, the examples alone and a trained model did on the same questions."""

    domain = models.ForeignKey(Domain, models.PROTECT, related_name="evaluations")
    model = models.ForeignKey(TrainedModel, models.CASCADE, related_name="evaluations")
    summary = models.JSONField(_("resumen"), default=dict)
    better = models.BooleanField(_("mejor que la base"))
    reasons = models.JSONField(_("razones"), default=list)
    created_at = models.DateTimeField(_("hecha"), default=timezone.now)

    class Meta:
        verbose_name = _("evaluación")
        verbose_name_plural = _("evaluaciones")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.model} {self.created_at:%Y-%m-%d %H:%M}"


class EvaluationItem(models.Model):
    """One answer of one variant, with its scores."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="items")
    variant = models.CharField(_("quién"), max_length=10, choices=Variant.choices)
    question = models.TextField(_("pregunta"))
    expected = models.TextField(_("respuesta aprobada"))
    answer = models.TextField(_("respuesta"))
    chrf = models.FloatField("chrF")
    similarity = models.FloatField(_("similitud"), null=True)
    milliseconds = models.PositiveIntegerField(_("tiempo (ms)"))

    class Meta:
        verbose_name = _("respuesta evaluada")
        verbose_name_plural = _("respuestas evaluadas")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.variant}: {self.question[:60]}"
