"""A question and its answer: the row that is rated and learned from."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pgvector.django import HnswIndex, VectorField

from conversations.models.erasures import Erasure
from conversations.models.people import ChatSession, ConsentEvent, Person, Purpose
from core.models import Domain
from core.work import WorkState

# The bundled embedder: its vectors have an index. Another one's, as long as it likes, are compared
# one by one among what a domain approved.
EMBEDDER, DIMENSIONS = "e5-query", 384


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


DISCARDED = (Stage.SCREENED_OUT, Stage.REJECTED)


class Why(models.TextChoices):
    """Why an exchange is in its stage, where the stage alone does not say."""

    EMPTY = "empty", _("vacío")
    GREETING = "greeting", _("solo saluda")
    SHORT = "short", _("demasiado corto")
    NO_REQUEST = "no_request", _("no pide nada del negocio")
    LOW_CONFIDENCE = "low_confidence", _("confianza baja")
    QA = "qa", _("no pasa el control de calidad")
    PERSONAL_DATA = "personal_data", _("queda un dato personal")
    NEW_ANSWER = "new_answer", _("llegó una respuesta después de revisarla")
    REVIEWER = "reviewer", _("lo decidió un revisor")
    THUMB_DOWN = "thumb_down", _("pulgar abajo de quien preguntó")


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-pk")

    def rated(self) -> Self:
        return self.filter(stars__isnull=False)

    def unrated(self) -> Self:
        return self.filter(stars=None)

    def standing(self) -> Self:
        """All but those that were thrown out."""
        return self.exclude(stage__in=DISCARDED)

    def rateable(self) -> Self:
        """Waiting for a person's stars: not thrown out, not rated."""
        return self.standing().unrated()

    def consented(self) -> Self:
        """Usable for training as of now: nobody's, or of someone whose latest word is a yes.

        What they had said before a no is not, even while it waits to be erased under a later yes.
        """
        latest = ConsentEvent.objects.filter(
            person=OuterRef("person"), purpose=Purpose.TRAINING
        ).order_by("-at", "-pk")
        yes = ConsentEvent.objects.filter(pk=models.Subquery(latest.values("pk")[:1]), granted=True)
        going = Erasure.objects.exclude(state=WorkState.DONE).filter(
            person=OuterRef("person"), through__gte=OuterRef("pk")
        )
        return self.filter(~Q(origin=Origin.PERSON) | Exists(yes) & ~Exists(going))

    def ready(self, *, min_stars: int) -> Self:
        """Good enough to learn from by a person's stars."""
        good = self.filter(stage=Stage.APPROVED, stars__gte=min_stars)
        return good.exclude(answer="").consented()

    def to_review(self) -> Self:
        """Waiting for a reviewer: those that need one, and the blind sample of the accepted."""
        sampled = Q(stage=Stage.APPROVED, sampled=True, reviewed_at=None)
        return self.filter(Q(stage=Stage.NEEDS_REVIEW) | sampled)

    def by_stars(self) -> dict[str, int]:
        """How many of each rating, with a zero for none."""
        rows = self.rated().order_by().values_list("stars").annotate(total=Count("pk"))
        found = {str(stars): total for stars, total in rows}
        return dict.fromkeys("12345", 0) | found


class Conversation(models.Model):
    """One exchange: a question and its answer, both anonymised (``conversaciones_ai``).

    ``conversations.capture`` is the only writer of its texts.
    """

    domain = models.ForeignKey(
        Domain, models.PROTECT, related_name="conversations", verbose_name=_("dominio")
    )
    origin = models.CharField(_("origen"), max_length=10, choices=Origin.choices)
    basis = models.CharField(
        _("base legal o licencia"),
        max_length=120,
        blank=True,
        help_text=_("De las que vienen de una fuente."),
    )
    person = models.ForeignKey(
        Person,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="conversations",
        verbose_name=_("persona"),
    )
    session = models.ForeignKey(
        ChatSession,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="conversations",
        verbose_name=_("hilo"),
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
    why = models.CharField(_("por qué"), max_length=20, choices=Why.choices, blank=True)
    question = models.TextField(_("pregunta"), db_column="pregunta")
    answer = models.TextField(
        _("respuesta"),
        db_column="respuesta",
        blank=True,
        help_text=_("Vacía mientras el bot no ha contestado."),
    )
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
    product_code = models.CharField(_("clave del producto"), max_length=80, blank=True)
    history = models.JSONField(_("turnos anteriores"), default=list, blank=True)
    metadata = models.JSONField(_("datos del canal"), default=dict, blank=True)
    score = models.PositiveSmallIntegerField(_("puntuación automática"), null=True, blank=True)
    successful = models.BooleanField(_("venta"), null=True, blank=True)
    next_message = models.TextField(_("mensaje siguiente"), null=True, blank=True)
    scored_at = models.DateTimeField(_("puntuada"), null=True, blank=True)
    confidence = models.FloatField(_("confianza"), null=True, blank=True)
    sampled = models.BooleanField(_("en la muestra a ciegas"), default=False, editable=False)
    masks = models.JSONField(_("datos ocultados"), default=dict, blank=True)
    unmasked = ArrayField(
        models.CharField(max_length=80),
        default=list,
        blank=True,
        editable=False,
        help_text=_("Lo que un revisor leyó aquí y no es un dato personal."),
    )
    anonymiser = models.CharField(_("reglas de anonimización"), max_length=20, blank=True)
    question_hash = models.CharField(_("huella de la pregunta"), max_length=32, db_index=True)
    bands = ArrayField(models.BigIntegerField(), default=list, blank=True, editable=False)
    token_count = models.PositiveIntegerField(_("tokens del ejemplo"), null=True, editable=False)
    embedding = VectorField(null=True, blank=True, editable=False)
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
            ("capture_message", "Entregar mensajes de un canal"),
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
            models.Index(fields=["domain", "score"], name="conv_domain_score"),
            models.Index(fields=["category", "score"], name="conv_category_score"),
            models.Index(fields=["session", "-id"], name="conv_session_newest"),
            models.Index(
                fields=["domain", "confidence", "id"],
                name="conv_to_review",
                condition=Q(stage=Stage.NEEDS_REVIEW)
                | Q(stage=Stage.APPROVED, sampled=True, reviewed_at=None),
            ),
            GinIndex(fields=["bands"], name="conv_bands"),
            models.Index(
                fields=["embedding_model"],
                name="conv_embedded_by",
                condition=Q(embedding__isnull=False),
            ),
            HnswIndex(
                OpClass(
                    Cast("embedding", VectorField(dimensions=DIMENSIONS)), name="vector_cosine_ops"
                ),
                name="conv_embedding",
                m=16,
                ef_construction=64,
                condition=Q(embedding_model=EMBEDDER),
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
                name="conversation_score_is_one_to_five",
                condition=Q(score=None) | Q(score__range=(1, 5)),
            ),
            models.CheckConstraint(
                name="conversation_score_is_paired",
                condition=Q(score=None, scored_at=None)
                | Q(score__isnull=False, scored_at__isnull=False),
            ),
            models.CheckConstraint(
                name="conversation_confidence_is_a_share",
                condition=Q(confidence=None) | Q(confidence__range=(0, 1)),
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
