"""Price lists, version by version, and where they come from."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.models import Domain
from rag.models.documents import Document


class PriceSource(models.Model):
    """A published sheet that is looked at now and then; the last good version stays in force."""

    domain = models.ForeignKey(
        Domain, models.CASCADE, related_name="price_sources", verbose_name=_("dominio")
    )
    name = models.CharField(_("nombre"), max_length=120)
    url = models.URLField(_("enlace CSV publicado"), max_length=500)
    active = models.BooleanField(_("activa"), default=True)
    hours = models.PositiveSmallIntegerField(
        _("cada cuántas horas se mira"), default=6, validators=[MinValueValidator(1)]
    )
    days = models.PositiveSmallIntegerField(
        _("días que vale lo leído"),
        default=30,
        validators=[MinValueValidator(1)],
        help_text=_("Si la hoja no trae una columna «hasta»."),
    )
    checked_at = models.DateTimeField(_("mirada"), null=True, blank=True, editable=False)
    error = models.CharField(_("último fallo"), max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("fuente de precios")
        verbose_name_plural = _("fuentes de precios")

    def __str__(self) -> str:
        return self.name


class PriceListState(models.TextChoices):
    DRAFT = "draft", _("Borrador")
    IN_FORCE = "in_force", _("Vigente")
    RETIRED = "retired", _("Retirada")


class PriceList(models.Model):
    """Prices as they were published: never changed, followed by the next version."""

    domain = models.ForeignKey(
        Domain, models.PROTECT, related_name="price_lists", verbose_name=_("dominio")
    )
    number = models.PositiveIntegerField(_("versión"))
    source = models.ForeignKey(
        PriceSource,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="lists",
        verbose_name=_("fuente"),
    )
    document = models.OneToOneField(
        Document,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="price_list",
        verbose_name=_("documento"),
    )
    state = models.CharField(
        _("estado"), max_length=10, choices=PriceListState.choices, default=PriceListState.DRAFT
    )
    currency = models.CharField(_("moneda"), max_length=3, default="USD")
    valid_from = models.DateField(_("desde"))
    valid_until = models.DateField(_("hasta"))
    sha256 = models.CharField(_("huella"), max_length=64, editable=False)
    created_at = models.DateTimeField(_("creada"), db_default=Now())
    created_by = models.CharField(_("por"), max_length=150)

    class Meta:
        verbose_name = _("lista de precios")
        verbose_name_plural = _("listas de precios")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(name="price_list_once", fields=["domain", "number"]),
            models.UniqueConstraint(
                name="one_price_list_in_force",
                fields=["domain"],
                condition=Q(state=PriceListState.IN_FORCE),
            ),
            models.CheckConstraint(
                name="price_list_dates_are_ordered",
                condition=Q(valid_from__lte=models.F("valid_until")),
                violation_error_message=_("La fecha final es anterior a la inicial."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.domain.slug} v{self.number}"


class ListedKind(models.TextChoices):
    PRODUCT = "price", _("Precio de un producto")
    FREIGHT = "freight", _("Flete a un destino")
    GLAZE = "glaze_factor", _("Factor de glaseo")


class ListedPrice(models.Model):
    """A line of a price list: a product (and size), the freight to a place, a glaze factor.

    ``code`` names what ``kind`` says: the catalogue's product, destination or percentage.
    """

    price_list = models.ForeignKey(
        PriceList, models.CASCADE, related_name="prices", verbose_name=_("lista")
    )
    kind = models.CharField(_("qué"), max_length=20, choices=ListedKind.choices)
    code = models.CharField(_("código"), max_length=80)
    size = models.CharField(_("talla"), max_length=40, blank=True)
    unit = models.CharField(_("unidad"), max_length=30, blank=True)
    amount = models.DecimalField(_("valor"), max_digits=14, decimal_places=4)

    class Meta:
        verbose_name = _("precio")
        verbose_name_plural = _("precios")
        ordering = ["kind", "code", "size"]
        constraints = [
            models.UniqueConstraint(
                name="listed_price_once", fields=["price_list", "kind", "code", "size"]
            ),
            models.CheckConstraint(name="listed_price_is_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.size}".strip()
