"""What every room stands on: domains and their prompts, access, decisions, settings."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from core.placeholders import emptied

SHARE = [MinValueValidator(0), MaxValueValidator(1)]


class EntryPolicy(models.TextChoices):
    """What lets an approved conversation into a dataset (requirements, head)."""

    STARS = "stars", _("Estrellas de una persona")
    CONFIDENCE = "confidence", _("Confianza del etiquetado y control de calidad")
    SCORE = "score", _("Puntuación automática, aprobada por una persona")


class Domain(models.Model):
    """One business whose bot learns: its texts, its catalogue and its models."""

    slug = models.SlugField(_("clave"), unique=True)
    name = models.CharField(_("nombre"), max_length=120)
    description = models.TextField(_("descripción"), blank=True)
    policy = models.CharField(
        _("entrada al conjunto de datos"),
        max_length=20,
        choices=EntryPolicy.choices,
        default=EntryPolicy.STARS,
    )
    min_stars = models.PositiveSmallIntegerField(
        _("estrellas mínimas"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    min_confidence = models.FloatField(_("confianza mínima"), default=0.85, validators=SHARE)
    review_sample = models.FloatField(
        _("muestra a ciegas"),
        default=0.05,
        validators=SHARE,
        help_text=_("Parte de lo aceptado por la máquina que también revisa una persona, 0 a 1."),
    )
    answer_provider = models.CharField(_("proveedor de respuestas"), max_length=40, default="local")
    answer_model = models.CharField(
        _("modelo de respuestas sin entrenar"),
        max_length=200,
        blank=True,
        help_text=_("Vacío: el que el proveedor tenga por omisión."),
    )
    training_provider = models.CharField(
        _("proveedor de entrenamiento"), max_length=40, default="local"
    )
    base_model = models.CharField(_("modelo base"), max_length=200, default="smollm2-135m-instruct")
    help_provider = models.CharField(_("proveedor de ayuda"), max_length=40, default="local")
    temperature = models.FloatField(
        _("temperatura"),
        default=0.2,
        validators=[MinValueValidator(0), MaxValueValidator(2)],
    )
    top_p = models.FloatField(
        "top_p", default=0.9, validators=[MinValueValidator(0.01), MaxValueValidator(1)]
    )
    top_k = models.PositiveIntegerField("top_k", default=40)
    max_tokens = models.PositiveIntegerField(
        _("longitud máxima (tokens)"), default=300, validators=[MinValueValidator(1)]
    )
    examples = models.PositiveSmallIntegerField(
        _("ejemplos que acompañan la pregunta"), default=3, validators=[MaxValueValidator(10)]
    )
    reuse_similarity = models.FloatField(
        _("similitud para servir una respuesta aprobada"),
        default=0.9,
        validators=SHARE,
        help_text=_("De la pregunta sola y con su respuesta, 0 a 1. 1 apaga la reutilización."),
    )
    reuse_margin = models.FloatField(
        _("margen sobre la siguiente respuesta"),
        default=0.0275,
        validators=SHARE,
        help_text=_("Cuánto más cerca debe estar que la más parecida con otra respuesta."),
    )
    chunks = models.PositiveSmallIntegerField(
        _("trozos de documentos que acompañan la pregunta"),
        default=3,
        validators=[MaxValueValidator(10)],
    )
    chunk_size = models.PositiveIntegerField(
        _("tamaño de un trozo (caracteres)"),
        default=1000,
        validators=[MinValueValidator(200), MaxValueValidator(4000)],
    )
    chunk_overlap = models.PositiveIntegerField(
        _("solape entre trozos (caracteres)"), default=200, validators=[MaxValueValidator(2000)]
    )
    thread_hours = models.PositiveIntegerField(
        _("horas que sigue abierto un diálogo"), default=24, validators=[MinValueValidator(1)]
    )
    daily_tokens = models.PositiveIntegerField(
        _("tokens al día por persona"), default=20_000, help_text=_("0: sin límite.")
    )
    thumbs_floor = models.FloatField(
        _("parte mínima de pulgares arriba"),
        default=0,
        validators=SHARE,
        help_text=_("Por debajo, el modelo en servicio vuelve al anterior. 0: nunca por sí solo."),
    )
    thumbs_least = models.PositiveSmallIntegerField(
        _("pulgares con que se juzga"), default=20, validators=[MinValueValidator(5)]
    )
    chat_sites = models.JSONField(
        _("sitios que muestran el chat"),
        default=list,
        blank=True,
        help_text=_("Orígenes, como https://tienda.example. Vacío: solo su propia página."),
    )
    public_chat = models.BooleanField(_("chat público"), default=False)
    texts = models.JSONField(
        _("textos y listas"),
        default=dict,
        blank=True,
        help_text=_("Saludos, palabras clave, categorías, intenciones, lista blanca."),
    )
    created_at = models.DateTimeField(_("creado"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("dominio")
        verbose_name_plural = _("dominios")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                name="domain_stars_are_one_to_five", condition=Q(min_stars__range=(1, 5))
            ),
            models.CheckConstraint(
                name="domain_thresholds_are_shares",
                condition=Q(
                    min_confidence__range=(0, 1),
                    review_sample__range=(0, 1),
                    reuse_similarity__range=(0, 1),
                    reuse_margin__range=(0, 1),
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def prompt(self) -> PromptVersion:
        """The newest system prompt; a domain is never without one."""
        return self.prompts.latest("number")

    @transaction.atomic
    def write_prompt(self, text: str, *, by: str) -> PromptVersion:
        """Keep ``text`` as the next version of the system prompt; the same text makes none."""
        Domain.objects.select_for_update(no_key=True).get(pk=self.pk)  # one number each
        newest = self.prompts.order_by("-number").first()
        if newest and newest.text == text:
            return newest
        number = newest.number + 1 if newest else 1
        return self.prompts.create(number=number, text=text, created_by=by)


class PromptVersion(models.Model):
    """A system prompt as it was. Training and serving name the version they used."""

    domain = models.ForeignKey(
        Domain, models.CASCADE, related_name="prompts", verbose_name=_("dominio")
    )
    number = models.PositiveIntegerField(_("versión"))
    text = models.TextField(_("texto"))
    created_at = models.DateTimeField(_("creada"), default=timezone.now)
    created_by = models.CharField(_("por"), max_length=150)

    class Meta:
        verbose_name = _("versión del prompt")
        verbose_name_plural = _("versiones del prompt")
        constraints = [
            models.UniqueConstraint(
                name="prompt_number_once_per_domain", fields=["domain", "number"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.domain.slug} v{self.number}"

    @property
    def bare(self) -> str:
        """The text as models are trained with it: what fills its places comes with a question."""
        return emptied(self.text)


class Membership(models.Model):
    """A user of staff may see and act in a domain. What they may do there, their roles say."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="memberships",
        verbose_name=_("usuario"),
    )
    domain = models.ForeignKey(
        Domain, models.CASCADE, related_name="memberships", verbose_name=_("dominio")
    )

    class Meta:
        verbose_name = _("acceso a un dominio")
        verbose_name_plural = _("accesos a dominios")
        constraints = [models.UniqueConstraint(name="membership_once", fields=["user", "domain"])]

    def __str__(self) -> str:
        return f"{self.user} · {self.domain}"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def live(self) -> Self:
        """Neither revoked nor past their date."""
        not_over = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        return self.filter(not_over, revoked_at=None, user__is_active=True)

    def issue(self, **fields: Any) -> tuple[ApiToken, str]:
        """Make a token; return the row and the secret, which is shown once and never stored."""
        secret = secrets.token_urlsafe(32)
        row = self.create(digest=ApiToken.hash(secret), prefix=secret[:6], **fields)
        return row, secret


class ApiToken(models.Model):
    """A key for programs: acts as its user, in one domain or in all of the user's."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens", verbose_name=_("usuario")
    )
    domain = models.ForeignKey(
        Domain,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="tokens",
        verbose_name=_("dominio"),
        help_text=_("Vacío: todos los dominios del usuario."),
    )
    name = models.CharField(_("para qué"), max_length=120)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(_("empieza por"), max_length=6, editable=False)
    created_at = models.DateTimeField(_("creada"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("caduca"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revocada"), null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("clave de la API")
        verbose_name_plural = _("claves de la API")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def signing(self) -> str:
        """The secret to sign requests with: made of this row and ``SECRET_KEY``, stored nowhere."""
        salt = "core.ApiToken.signing"
        return salted_hmac(salt, self.digest, algorithm="sha256").hexdigest()

    @staticmethod
    def hash(secret: str) -> str:
        """What is stored: the secret has 256 random bits, so one round of SHA-256 is enough."""
        return hashlib.sha256(secret.encode()).hexdigest()


class KeptReply(models.Model):
    """What was answered to a request with an ``Idempotency-Key``: its repetition gets the same.

    The key and the body are kept as keyed hashes, the answer sealed: it may name a person, and
    only who sends the same request again can open it.
    """

    key = models.CharField(max_length=64, unique=True, editable=False)
    body = models.CharField(max_length=64, editable=False)
    status = models.PositiveSmallIntegerField(null=True, editable=False)
    answer = models.JSONField(null=True, editable=False)
    at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        verbose_name = _("respuesta guardada")
        verbose_name_plural = _("respuestas guardadas")

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.status}"


class AuditEvent(models.Model):
    """A decision, for ever. No foreign keys, so that it never blocks a deletion.

    A trigger of the database refuses UPDATE and DELETE.
    """

    at = models.DateTimeField(_("cuándo"), default=timezone.now)
    domain_slug = models.CharField(_("dominio"), max_length=50, blank=True)
    actor = models.CharField(_("quién"), max_length=150)
    action = models.CharField(_("qué"), max_length=60)
    subject_type = models.CharField(_("sobre qué"), max_length=60)
    subject_id = models.CharField(_("número"), max_length=60)
    details = models.JSONField(_("detalles"), default=dict)

    class Meta:
        verbose_name = _("decisión")
        verbose_name_plural = _("auditoría")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"]),
            models.Index(fields=["-at"]),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.action} {self.subject_type} {self.subject_id}"


class Setting(models.Model):
    """A value that staff may change while the site runs (``configuracion_sistema``)."""

    category = models.CharField(_("categoría"), db_column="categoria", max_length=50)
    subcategory = models.CharField(
        _("subcategoría"), db_column="subcategoria", max_length=50, blank=True, default=""
    )
    key = models.CharField(_("clave"), db_column="clave", max_length=100)
    value = models.TextField(_("valor"), db_column="valor", blank=True, default="")
    value_json = models.JSONField(_("valor JSON"), db_column="valor_json", null=True, blank=True)
    description = models.TextField(
        _("descripción"), db_column="descripcion", blank=True, default=""
    )
    kind = models.CharField(_("tipo"), db_column="tipo_dato", max_length=20, default="string")
    required = models.BooleanField(_("requerido"), db_column="requerido", default=False)
    visible = models.BooleanField(_("visible"), db_column="visible_frontend", default=True)
    read_only = models.BooleanField(_("solo lectura"), db_column="solo_lectura", default=False)
    minimum = models.FloatField(_("mínimo"), db_column="valor_minimo", null=True, blank=True)
    maximum = models.FloatField(_("máximo"), db_column="valor_maximo", null=True, blank=True)
    choices = models.JSONField(_("opciones"), db_column="opciones_validas", null=True, blank=True)
    pattern = models.CharField(
        _("patrón"), db_column="patron_validacion", max_length=200, blank=True, default=""
    )
    created_at = models.DateTimeField(_("creado"), db_column="creado_en", default=timezone.now)
    updated_at = models.DateTimeField(_("actualizado"), db_column="actualizado_en", auto_now=True)

    class Meta:
        db_table = "configuracion_sistema"
        verbose_name = _("ajuste")
        verbose_name_plural = _("ajustes")
        constraints = [
            models.UniqueConstraint(name="setting_once", fields=["category", "subcategory", "key"])
        ]

    def __str__(self) -> str:
        return f"{self.category}/{self.key}"
