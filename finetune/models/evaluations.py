"""How well a model answered beside its rivals."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import Domain
from finetune.models.trained import TrainedModel


class Variant(models.TextChoices):
    """Who answered in an evaluation."""

    BASE = "base", _("modelo base")
    EXAMPLES = "examples", _("base con ejemplos")
    TUNED = "tuned", _("entrenado")


class Evaluation(models.Model):
    """How the base, the examples alone and a trained model did on the same questions."""

    domain = models.ForeignKey(
        Domain, models.PROTECT, related_name="evaluations", verbose_name=_("dominio")
    )
    model = models.ForeignKey(
        TrainedModel, models.CASCADE, related_name="evaluations", verbose_name=_("modelo")
    )
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

    evaluation = models.ForeignKey(
        Evaluation, models.CASCADE, related_name="items", verbose_name=_("evaluación")
    )
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
