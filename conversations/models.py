"""What was said: people, their consent, the exchanges, their ratings."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pgvector.django import HnswIndex, VectorField

from core.models import Domain

DIMENSIONS = 384  # of the bundled embedder


class Origin(models.TextChoices):
    """Where an exchange comes from (requirements, head)."""

    PERSON = "person", _("Persona que escribe")
    STAFF = "staff", _("Escrita por el personal")
    SOURCE = "source", _("Fuente con licencia o base legal")


class Stage(models.TextChoices):
    CAPTURED = "captured", _("Capturada")
    SCREENED_OUT = "screened_out", _("Descartada")
    NEEDS_REVIEW = "needs_review", _("Por revisar")
    APPROVED = "approved", _("Aprobada")
    REJECTED = "rejected", _("Rechazada")


class Purpose(models.TextChoices):
    CHAT = "chat", _("Conversar")
    TRAINING = "training", _("Entrenar")
    HUMAN_REVIEW = "human_review", _("Revisión por personas")


class CatalogueEntry(models.Model):
    """A thing of the business that texts may name: a product, a size, a price, a place."""

    domain = models.ForeignKey(Domain, models.CASCADE, related_name="catalogue")
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


class Person(models.Model):
    """Someone who writes, known only by a keyed hash of their outside id."""

    domain = models.ForeignKey(Domain, models.CASCADE, related_name="people")
    pseudonym = models.CharField(_("seudónimo"), max_length=64)
    created_at = models.DateTimeField(_("desde"), default=timezone.now)

    class Meta:
        verbose_name = _("persona")
        verbose_name_plural = _("personas")
        constraints = [models.UniqueConstraint(name="person_once", fields=["domain", "pseudonym"])]

    def __str__(self) -> str:
        return self.pseudonym[:12]

    def consents_to(self, purpose: str) -> bool:
        """Whether their latest word on ``purpose`` was a yes."""
        latest = self.consents.filter(purpose=purpose).order_by("-at", "-pk").first()
        return bool(latest and latest.granted)


class ConsentEvent(models.Model):
    """One yes or no. Never changed: the latest one of a purpose counts."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="consents")
    purpose = models.CharField(_("para qué"), max_length=20, choices=Purpose.choices)
    granted = models.BooleanField(_("acepta"))
    text_hash = models.CharField(_("huella del texto"), max_length=64, blank=True)
    channel = models.CharField(_("canal"), max_length=40)
    evidence = models.CharField(_("prueba"), max_length=200, blank=True)
    at = models.DateTimeField(_("cuándo"), db_default=Now())

    class Meta:
        verbose_name = _("consentimiento")
        verbose_name_plural = _("consentimientos")
        indexes = [models.Index(fields=["person", "purpose", "-at"])]

    def __str__(self) -> str:
        return f"{self.person} {self.purpose}: {'sí' if self.granted else 'no'}"


class ChatSession(models.Model):
    """A thread: the exchanges of one person (or user of staff) in one channel."""

    domain = models.ForeignKey(Domain, models.CASCADE, related_name="sessions")
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True)
    outside_key = models.CharField(
        _("clave de fuera"), max_length=64, help_text=_("Huella de la clave del canal.")
    )
    channel = models.CharField(_("canal"), max_length=40)
    created_at = models.DateTimeField(_("creada"), default=timezone.now)

    class Meta:
        verbose_name = _("hilo")
        verbose_name_plural = _("hilos")
        constraints = [
            models.UniqueConstraint(
                name="session_once", fields=["domain", "channel", "outside_key"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.outside_key[:8]}"


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-pk")

    def rated(self) -> Self:
        return self.filter(stars__isnull=False)

    def unrated(self) -> Self:
        return self.filter(stars=None)

    def rateable(self) -> Self:
        """Waiting for a person's stars: not thrown out, not rated."""
        return self.unrated().exclude(stage__in=[Stage.SCREENED_OUT, Stage.REJECTED])

    def consented(self) -> Self:
        """Usable for training as of now: nobody's, or of someone whose latest word is a yes."""
        latest = ConsentEvent.objects.filter(
            person=OuterRef("person"), purpose=Purpose.TRAINING
        ).order_by("-at", "-pk")
        yes = ConsentEvent.objects.filter(pk=models.Subquery(latest.values("pk")[:1]), granted=True)
        return self.filter(~Q(origin=Origin.PERSON) | Exists(yes))

    def ready(self, *, min_stars: int) -> Self:
        """Good enough to learn from by a person's stars."""
        return self.consented().filter(stage=Stage.APPROVED, stars__gte=min_stars)

    def by_stars(self) -> dict[str, int]:
        """How many of each rating, with a zero for none."""
        rows = self.rated().order_by().values_list("stars").annotate(total=Count("pk"))
        found = {str(stars): total for stars, total in rows}
        return dict.fromkeys("12345", 0) | found


class Conversation(models.Model):
    """One exchange: a question and its answer, both anonymised (``conversaciones_ai``).

    ``conversations.capture`` is the only writer of its texts.
    """

    domain = models.ForeignKey(Domain, models.PROTECT, related_name="conversations")
    origin = models.CharField(_("origen"), max_length=10, choices=Origin.choices)
    basis = models.CharField(
        _("base legal o licencia"),
        max_length=120,
        blank=True,
        help_text=_("De las que vienen de una fuente."),
    )
    person = models.ForeignKey(
        Person, models.CASCADE, null=True, blank=True, related_name="conversations"
    )
    session = models.ForeignKey(
        ChatSession, models.SET_NULL, null=True, blank=True, related_name="conversations"
    )
    outside_id = models.CharField(
        _("id de fuera"),
        max_length=64,
        null=True,
        blank=True,
        editable=False,
        help_text=_("Huella: la misma entrega dos veces es una fila."),
    )
    stage = models.CharField(
        _("estado"), max_length=20, choices=Stage.choices, default=Stage.CAPTURED
    )
    question = models.TextField(_("pregunta"), db_column="pregunta")
    answer = models.TextField(_("respuesta"), db_column="respuesta")
    context = models.TextField(
        _("contexto usado"), db_column="contexto_usado", null=True, blank=True
    )
    documents = models.CharField(
        _("documentos usados"), db_column="documentos_usados", max_length=500, null=True, blank=True
    )
    model = models.CharField(
        _("modelo usado"), db_column="modelo_usado", max_length=100, null=True, blank=True
    )
    tokens = models.IntegerField(_("tokens"), db_column="tokens_usados", null=True, blank=True)
    milliseconds = models.IntegerField(
        _("tiempo (ms)"), db_column="tiempo_respuesta", null=True, blank=True
    )
    stars = models.IntegerField(_("estrellas"), db_column="calificacion", null=True, blank=True)
    feedback = models.TextField(_("comentario"), null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        db_column="usuario_id",
        null=True,
        blank=True,
        related_name="conversations",
        verbose_name=_("usuario"),
    )
    client_id = models.IntegerField(_("cliente"), db_column="cliente_id", null=True, blank=True)
    loan_id = models.IntegerField(_("préstamo"), db_column="prestamo_id", null=True, blank=True)
    payment_id = models.IntegerField(_("pago"), db_column="pago_id", null=True, blank=True)
    instalment_id = models.IntegerField(_("cuota"), db_column="cuota_id", null=True, blank=True)
    created_at = models.DateTimeField(_("creada"), db_column="creado_en", default=timezone.now)
    updated_at = models.DateTimeField(_("actualizada"), db_column="actualizado_en", auto_now=True)

    category = models.CharField(_("categoría"), max_length=50, blank=True)
    product = models.CharField(_("producto"), max_length=80, blank=True)
    masks = models.JSONField(_("datos ocultados"), default=dict, blank=True)
    anonymiser = models.CharField(_("reglas de anonimización"), max_length=20, blank=True)
    question_hash = models.CharField(_("huella de la pregunta"), max_length=32, db_index=True)
    embedding = VectorField(dimensions=DIMENSIONS, null=True, blank=True, editable=False)
    embedding_model = models.CharField(max_length=60, blank=True, editable=False)
    reviewed_at = models.DateTimeField(_("revisada"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("revisada por"),
    )

    objects = ConversationQuerySet.as_manager()

    class Meta:
        db_table = "conversaciones_ai"
        verbose_name = _("conversación")
        verbose_name_plural = _("conversaciones")
        permissions = [
            ("rate_conversation", "Calificar conversaciones"),
            ("review_conversation", "Revisar conversaciones"),
        ]
        indexes = [
            models.Index(fields=["domain", "-created_at", "-id"], name="conv_domain_newest"),
            models.Index(fields=["created_at"], name="conv_creado_en"),
            models.Index(fields=["stars"], name="conv_calificacion"),
            models.Index(fields=["client_id"], name="conv_cliente"),
            models.Index(fields=["loan_id"], name="conv_prestamo"),
            models.Index(fields=["payment_id"], name="conv_pago"),
            models.Index(fields=["instalment_id"], name="conv_cuota"),
            models.Index(
                fields=["domain", "id"], name="conv_to_embed", condition=Q(embedding=None)
            ),
            HnswIndex(
                fields=["embedding"],
                name="conv_embedding",
                m=16,
                ef_construction=64,
                opclasses=["vector_cosine_ops"],
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="conversation_delivered_once", fields=["domain", "outside_id"]
            ),
            models.CheckConstraint(
                name="conversation_stars_are_one_to_five",
                condition=Q(stars=None) | Q(stars__range=(1, 5)),
                violation_error_message=_("Las estrellas van de 1 a 5."),
            ),
            models.CheckConstraint(
                name="conversation_person_exactly_when_theirs",
                condition=Q(origin=Origin.PERSON, person__isnull=False)
                | (~Q(origin=Origin.PERSON) & Q(person=None)),
            ),
            models.CheckConstraint(
                name="conversation_source_names_its_basis",
                condition=~Q(origin=Origin.SOURCE) | ~Q(basis=""),
            ),
            models.CheckConstraint(
                name="conversation_review_is_paired",
                condition=Q(reviewed_at=None, reviewed_by=None) | Q(reviewed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.question[:80]


class Rating(models.Model):
    """A person's stars as they were given; the conversation holds the ones that count now."""

    class Reason(models.TextChoices):
        RATED = "rated", _("calificada")
        CLEARED = "cleared", _("calificación borrada")
        EDITED = "edited", _("texto editado")

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="ratings")
    stars = models.IntegerField(_("estrellas"), null=True)
    feedback = models.TextField(_("comentario"), blank=True)
    reason = models.CharField(
        _("por qué"), max_length=20, choices=Reason.choices, default=Reason.RATED
    )
    by = models.CharField(_("quién"), max_length=150)
    at = models.DateTimeField(_("cuándo"), default=timezone.now)

    class Meta:
        verbose_name = _("calificación")
        verbose_name_plural = _("calificaciones")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.stars or '–'} ({self.by})"


class Thumb(models.TextChoices):
    UP = "arriba", _("Arriba")
    DOWN = "abajo", _("Abajo")


class ChatRating(models.Model):
    """An end user's thumb on an answer (``ai_calificaciones_chat``)."""

    domain = models.ForeignKey(Domain, models.PROTECT, related_name="thumbs")
    conversation = models.ForeignKey(
        Conversation, models.SET_NULL, null=True, blank=True, related_name="thumbs"
    )
    question = models.TextField(_("pregunta"), db_column="pregunta")
    answer = models.TextField(_("respuesta"), db_column="respuesta_ai")
    thumb = models.CharField(
        _("calificación"), db_column="calificacion", max_length=20, choices=Thumb.choices
    )
    user_email = models.CharField(
        _("usuario"), db_column="usuario_email", max_length=255, null=True, blank=True
    )
    processed = models.BooleanField(_("procesada"), db_column="procesado", default=False)
    notes = models.TextField(_("notas"), db_column="notas_procesamiento", null=True, blank=True)
    improved = models.BooleanField(_("mejorado"), db_column="mejorado", default=False)
    created_at = models.DateTimeField(_("creada"), db_column="creado_en", default=timezone.now)
    updated_at = models.DateTimeField(_("actualizada"), db_column="actualizado_en", auto_now=True)

    class Meta:
        db_table = "ai_calificaciones_chat"
        verbose_name = _("pulgar")
        verbose_name_plural = _("pulgares")
        indexes = [models.Index(fields=["processed", "thumb"])]
        constraints = [
            models.CheckConstraint(
                name="thumb_is_up_or_down", condition=Q(thumb__in=["arriba", "abajo"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.thumb}: {self.question[:60]}"
