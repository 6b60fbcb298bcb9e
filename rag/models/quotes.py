"""Numbered quotes (proformas): what was offered, to whom, on which list, until when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversations.models import Person
from core.models import Domain
from rag.models.prices import PriceList


class Incoterm(models.TextChoices):
    FOB = "FOB", _("FOB: en el puerto de salida")
    CFR = "CFR", _("CFR: con flete al destino")


class Quote(models.Model):
    """A proforma. ``client`` is sealed (``core.sealing``) and emptied at ``client_expires_at``."""

    domain = models.ForeignKey(
        Domain, models.PROTECT, related_name="quotes", verbose_name=_("dominio")
    )
    number = models.CharField(_("número"), max_length=30)
    person = models.ForeignKey(
        Person,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="quotes",
        verbose_name=_("persona"),
    )
    price_list = models.ForeignKey(
        PriceList, models.PROTECT, related_name="quotes", verbose_name=_("lista de precios")
    )
    incoterm = models.CharField(_("incoterm"), max_length=3, choices=Incoterm.choices)
    destination = models.CharField(_("destino"), max_length=80, blank=True)
    currency = models.CharField(_("moneda"), max_length=3)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2)
    assumptions = models.JSONField(_("supuestos"), default=list)
    client = models.TextField(_("cliente, cifrado"), blank=True, editable=False)
    client_expires_at = models.DateTimeField(_("el nombre caduca"), null=True, blank=True)
    valid_until = models.DateField(_("válida hasta"))
    created_at = models.DateTimeField(_("creada"), db_default=Now())

    class Meta:
        verbose_name = _("proforma")
        verbose_name_plural = _("proformas")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="quote_number_once", fields=["domain", "number"]),
            models.CheckConstraint(name="quote_total_is_positive", condition=Q(total__gt=0)),
        ]

    def __str__(self) -> str:
        return self.number


class QuoteLine(models.Model):
    """A product of a quote. ``unit_price`` is with glaze and freight, per ``unit``."""

    quote = models.ForeignKey(
        Quote, models.CASCADE, related_name="lines", verbose_name=_("proforma")
    )
    product = models.CharField(_("producto"), max_length=80)
    size = models.CharField(_("talla"), max_length=40, blank=True)
    glaze = models.DecimalField(
        _("glaseo (%)"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    quantity = models.DecimalField(_("cantidad"), max_digits=14, decimal_places=2)
    unit = models.CharField(_("unidad"), max_length=30)
    unit_price = models.DecimalField(_("precio unitario"), max_digits=14, decimal_places=4)
    amount = models.DecimalField(_("importe"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("línea de la proforma")
        verbose_name_plural = _("líneas de la proforma")

    def __str__(self) -> str:
        return f"{self.product} {self.size}".strip()
