"""What training costs and may cost, and who lets it start by itself."""

from __future__ import annotations

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import Domain

_POSITIVE = [MinValueValidator(0)]


class Price(models.Model):
    """What a provider asks for training a base, as somebody read it on a day; the newest counts.

    Pages disagree about the same model, so a price is data with its date and source, never code.
    """

    provider = models.CharField(_("proveedor"), max_length=40)
    base_model = models.CharField(_("modelo base"), max_length=200)
    per_million = models.DecimalField(
        _("por millón de tokens entrenados"),
        max_digits=12,
        decimal_places=4,
        validators=_POSITIVE,
    )
    currency = models.CharField(_("moneda"), max_length=3, default="USD")
    read_on = models.DateField(_("leído el"))
    source = models.CharField(_("fuente"), max_length=300)
    created_at = models.DateTimeField(_("escrito"), default=timezone.now, editable=False)
    created_by = models.CharField(_("por"), max_length=150, editable=False)

    class Meta:
        verbose_name = _("precio de entrenamiento")
        verbose_name_plural = _("precios de entrenamiento")
        ordering = ["provider", "base_model", "-read_on", "-pk"]
        constraints = [
            models.CheckConstraint(name="price_is_not_negative", condition=Q(per_million__gte=0))
        ]

    def __str__(self) -> str:
        return f"{self.provider}:{self.base_model} {self.per_million} {self.currency}"


def _limit(label: Any) -> Any:
    """A sum that may be empty: no limit."""
    return models.DecimalField(
        label, max_digits=12, decimal_places=2, null=True, blank=True, validators=_POSITIVE
    )


class Budget(models.Model):
    """The most a domain may spend on training: a run, a day, a month. Empty is no limit.

    Whoever reserves money locks this row first, so that two starts do not pass one limit together.
    """

    domain = models.OneToOneField(
        Domain, models.CASCADE, related_name="budget", verbose_name=_("dominio")
    )
    currency = models.CharField(_("moneda"), max_length=3, default="USD")
    per_run = _limit(_("por entrenamiento"))
    per_day = _limit(_("por día"))
    per_month = _limit(_("por mes"))

    class Meta:
        verbose_name = _("presupuesto")
        verbose_name_plural = _("presupuestos")

    def __str__(self) -> str:
        return f"{self.domain.slug}: {self.currency}"


class AutoTraining(models.Model):
    """Prepare and start by itself at a threshold (R173). Off unless a person turns it on.

    It is announced ``wait_hours`` before it starts; whoever turns it off meanwhile stops it.
    """

    domain = models.OneToOneField(
        Domain, models.CASCADE, related_name="auto_training", verbose_name=_("dominio")
    )
    enabled = models.BooleanField(_("encendido"), default=False)
    new_examples = models.PositiveIntegerField(
        _("ejemplos nuevos que hacen falta"), default=50, validators=[MinValueValidator(10)]
    )
    wait_hours = models.PositiveIntegerField(_("horas entre el aviso y el inicio"), default=24)
    announced_at = models.DateTimeField(_("anunciado"), null=True, blank=True, editable=False)
    enabled_by = models.CharField(_("encendido por"), max_length=150, blank=True, editable=False)

    class Meta:
        verbose_name = _("entrenamiento automático")
        verbose_name_plural = _("entrenamientos automáticos")

    def __str__(self) -> str:
        return f"{self.domain.slug}: {'sí' if self.enabled else 'no'}"
