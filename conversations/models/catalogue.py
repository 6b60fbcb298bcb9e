"""What the texts of a domain may name."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import Domain


class CatalogueEntry(models.Model):
    """A thing of the business that texts may name: a product, a size, a price, a place."""

    domain = models.ForeignKey(
        Domain, models.CASCADE, related_name="catalogue", verbose_name=_("dominio")
    )
    kind = models.CharField(_("tipo"), max_length=30)
    code = models.CharField(_("código"), max_length=80)
    name = models.CharField(_("nombre"), max_length=200)
    aliases = models.JSONField(_("también llamado"), default=list, blank=True)
    product = models.CharField(_("producto"), max_length=80, blank=True)
    minimum = models.DecimalField(
        _("mínimo"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    maximum = models.DecimalField(
        _("máximo"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    unit = models.CharField(_("unidad"), max_length=30, blank=True)
    active = models.BooleanField(_("activo"), default=True)

    class Meta:
        verbose_name = _("entrada del catálogo")
        verbose_name_plural = _("catálogo")
        ordering = ["kind", "code"]
        constraints = [
            models.UniqueConstraint(name="catalogue_once", fields=["domain", "kind", "code"]),
            models.CheckConstraint(
                name="catalogue_range_is_ordered",
                condition=Q(minimum=None) | Q(maximum=None) | Q(minimum__lte=models.F("maximum")),
                violation_error_message=_("El mínimo pasa del máximo."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
