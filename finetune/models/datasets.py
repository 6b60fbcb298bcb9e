"""What is learned from: versions, their examples, the frozen questions."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation
from core.models import Domain, PromptVersion


class Part(models.TextChoices):
    TRAIN = "train", _("entrenamiento")
    VALID = "valid", _("validación")


class EvaluationQuestion(models.Model):
    """One question of a domain's frozen set, with its approved answer; never trained on."""

    domain = models.ForeignKey(
        Domain, models.CASCADE, related_name="evaluation_questions", verbose_name=_("dominio")
    )
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

    domain = models.ForeignKey(
        Domain, models.PROTECT, related_name="datasets", verbose_name=_("dominio")
    )
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

    dataset = models.ForeignKey(
        Dataset, models.CASCADE, related_name="items", verbose_name=_("conjunto de datos")
    )
    conversation = models.ForeignKey(
        Conversation,
        models.SET_NULL,
        null=True,
        related_name="dataset_items",
        verbose_name=_("conversación"),
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

    dataset = models.ForeignKey(
        Dataset, models.PROTECT, related_name="files", verbose_name=_("conjunto de datos")
    )
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
