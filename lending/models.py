"""The lending business's registries of its own statistical models."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import Domain


class StatisticalModel(models.Model):
    """A trained classifier, its measures and its file: the columns of both registries."""

    domain = models.ForeignKey(Domain, models.PROTECT, related_name="+", verbose_name=_("dominio"))
    name = models.CharField(_("nombre"), db_column="nombre", max_length=200)
    version = models.CharField(_("versión"), max_length=50, default="1.0.0")
    algorithm = models.CharField(_("algoritmo"), db_column="algoritmo", max_length=100)
    accuracy = models.FloatField(null=True, blank=True)
    precision = models.FloatField(null=True, blank=True)
    recall = models.FloatField(null=True, blank=True)
    f1_score = models.FloatField(null=True, blank=True)
    roc_auc = models.FloatField(null=True, blank=True)
    path = models.CharField(_("ruta"), db_column="ruta_archivo", max_length=500)
    training_rows = models.IntegerField(
        _("filas de entrenamiento"), db_column="total_datos_entrenamiento", null=True, blank=True
    )
    test_rows = models.IntegerField(
        _("filas de prueba"), db_column="total_datos_test", null=True, blank=True
    )
    test_size = models.FloatField(null=True, blank=True)
    random_state = models.IntegerField(null=True, blank=True)
    active = models.BooleanField(_("activo"), db_column="activo", default=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        db_column="usuario_id",
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("usuario"),
    )
    description = models.TextField(_("descripción"), db_column="descripcion", null=True, blank=True)
    features = models.TextField(_("entradas"), db_column="features_usadas", null=True, blank=True)
    trained_at = models.DateTimeField(
        _("entrenado"), db_column="entrenado_en", default=timezone.now
    )
    activated_at = models.DateTimeField(
        _("activado"), db_column="activado_en", null=True, blank=True
    )
    updated_at = models.DateTimeField(_("actualizado"), db_column="actualizado_en", auto_now=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class RiskModel(StatisticalModel):
    """Predicts how risky a loan is (``modelos_riesgo``)."""

    class Meta:
        db_table = "modelos_riesgo"
        verbose_name = _("modelo de riesgo")
        verbose_name_plural = _("modelos de riesgo")


class DefaultModel(StatisticalModel):
    """Predicts which instalments will not be paid (``modelos_impago_cuotas``)."""

    class Meta:
        db_table = "modelos_impago_cuotas"
        verbose_name = _("modelo de impago")
        verbose_name_plural = _("modelos de impago")
