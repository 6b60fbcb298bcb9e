"""Models that were trained, and when each answered."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import Domain, PromptVersion
from finetune.models.jobs import FineTuningJob


class TrainedModel(models.Model):
    """A model that a job made, and the prompt it was trained with."""

    domain = models.ForeignKey(
        Domain, models.PROTECT, related_name="models", verbose_name=_("dominio")
    )
    job = models.OneToOneField(
        FineTuningJob, models.PROTECT, related_name="model", verbose_name=_("entrenamiento")
    )
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


class ActivationQuerySet(models.QuerySet["Activation"]):
    def current(self) -> Self:
        """Those whose model answers now: at most one a domain."""
        return self.filter(retired_at=None)


class Activation(models.Model):
    """Which trained model answered in a domain, and when. At most one does now."""

    domain = models.ForeignKey(
        Domain, models.PROTECT, related_name="activations", verbose_name=_("dominio")
    )
    model = models.ForeignKey(
        TrainedModel, models.PROTECT, related_name="activations", verbose_name=_("modelo")
    )
    activated_at = models.DateTimeField(_("activado"), default=timezone.now)
    activated_by = models.CharField(_("por"), max_length=150)
    retired_at = models.DateTimeField(_("retirado"), null=True, blank=True)

    objects = ActivationQuerySet.as_manager()

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
