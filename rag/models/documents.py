"""What can be looked up: documents, and their chunks with a vector for each embedder in use."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Concat, Lower, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from conversations.models import Conversation
from core.models import Domain
from core.work import Work, WorkState

# What the full text takes for the same letter: PostgreSQL's own unaccent is not everywhere.
ACCENTED = "áéíóúüàèìòùâêîôûäëïöñ"
PLAIN = "aeiouuaeiouaeiouaeion"


class DocumentKind(models.TextChoices):
    """What a document tells (requirements, 3.4)."""

    GENERAL = "general", _("General")
    POLICY = "policy", _("Política")
    PRODUCT = "product", _("Producto")
    PRICE = "price", _("Precios")
    FAQ = "faq", _("Pregunta frecuente")
    CONVERSATION = "conversation", _("Conversación aprobada")


class Audience(models.TextChoices):
    """Who may be answered from a document; the search asks for it in its SQL."""

    PUBLIC = "public", _("Todos, también clientes")
    STAFF = "staff", _("Solo el personal del dominio")
    OWNER = "owner", _("Solo quien lo subió")


class DocumentState(models.TextChoices):
    WAITING = "waiting", _("En espera")
    EXTRACTING = "extracting", _("Leyendo el texto")
    INDEXING = "indexing", _("Preparando la búsqueda")
    READY = "ready", _("Listo")
    FAILED = "failed", _("Falló")


class DocumentQuerySet(models.QuerySet["Document"]):
    def in_use(self) -> Self:
        """Those that answers may lean on."""
        return self.filter(active=True, processed=True)

    def shown_to(self, user: User) -> Self:
        """Those that ``user`` may read: of what is only for its owner, their own."""
        if user.is_superuser:
            return self
        return self.exclude(~Q(owner=user), audience=Audience.OWNER)


class Document(models.Model):
    """A file of the business, or a text kept as one, that answers lean on (``documentos_ai``).

    ``path`` is the key of the original in the default storage; empty for a text without a file.
    ``layout`` says where in ``text`` its pages and headings begin (``rag.chunking.Layout``).
    """

    domain = models.ForeignKey(
        Domain, models.PROTECT, related_name="documents", verbose_name=_("dominio")
    )
    title = models.CharField(_("título"), db_column="titulo", max_length=255)
    description = models.TextField(_("descripción"), db_column="descripcion", null=True, blank=True)
    file_name = models.CharField(_("archivo"), db_column="nombre_archivo", max_length=255)
    file_type = models.CharField(_("tipo"), db_column="tipo_archivo", max_length=50)
    path = models.CharField(_("ruta"), db_column="ruta_archivo", max_length=500, blank=True)
    bytes = models.IntegerField(_("tamaño"), db_column="tamaño_bytes", null=True, blank=True)
    text = models.TextField(_("texto"), db_column="contenido_texto", null=True, blank=True)
    layout = models.JSONField(_("disposición"), default=list, blank=True, editable=False)
    processed = models.BooleanField(_("procesado"), db_column="contenido_procesado", default=False)
    active = models.BooleanField(_("activo"), db_column="activo", default=True)
    kind = models.CharField(
        _("clase"), max_length=20, choices=DocumentKind.choices, default=DocumentKind.GENERAL
    )
    audience = models.CharField(
        _("para quién"), max_length=10, choices=Audience.choices, default=Audience.PUBLIC
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("subido por"),
    )
    state = models.CharField(
        _("estado"), max_length=12, choices=DocumentState.choices, default=DocumentState.WAITING
    )
    error = models.CharField(_("por qué falló"), max_length=300, blank=True)
    pages = models.PositiveIntegerField(_("páginas"), null=True, blank=True)
    chunks_total = models.PositiveIntegerField(_("trozos"), default=0)
    chunks_done = models.PositiveIntegerField(_("trozos con vector"), default=0)
    sha256 = models.CharField(_("huella del original"), max_length=64, blank=True)
    metadata = models.JSONField(_("datos"), default=dict, blank=True)
    outside_id = models.CharField(
        _("id de fuera"), max_length=100, null=True, blank=True, editable=False
    )
    conversation = models.OneToOneField(
        Conversation,
        models.CASCADE,  # what a person takes back leaves the search with it
        null=True,
        blank=True,
        editable=False,
        related_name="document",
        verbose_name=_("conversación"),
    )
    created_at = models.DateTimeField(_("creado"), db_column="creado_en", default=timezone.now)
    updated_at = models.DateTimeField(_("actualizado"), db_column="actualizado_en", auto_now=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        db_table = "documentos_ai"
        verbose_name = _("documento")
        verbose_name_plural = _("documentos")
        permissions = [("ask_assistant", "Preguntar al bot")]
        constraints = [
            models.UniqueConstraint(
                name="document_outside_id_once", fields=["domain", "outside_id"]
            )
        ]

    def __str__(self) -> str:
        return self.title


class DocumentWork(Work):
    """A document on its way to text, chunks and vectors: a narrow row beside the wide one."""

    document = models.OneToOneField(
        Document,
        models.CASCADE,
        primary_key=True,
        related_name="work",
        verbose_name=_("documento"),
    )

    class Meta:
        verbose_name = _("documento por procesar")
        verbose_name_plural = _("documentos por procesar")
        indexes = [
            models.Index(
                fields=["next_at"],
                name="document_work_waiting",
                condition=Q(state=WorkState.WAITING),
            )
        ]

    def __str__(self) -> str:
        return f"{self.document_id}: {self.state}"


class Chunk(models.Model):
    """A piece of a document with its vector (``documento_ai_embeddings``).

    One row for each embedder that indexed it: while another is being changed to, both are there,
    and a search compares the vectors of one only. ``search`` is the text without accents, for the
    Spanish full text; the database makes it.
    """

    document = models.ForeignKey(
        Document,
        models.CASCADE,
        db_column="documento_id",
        related_name="chunks",
        verbose_name=_("documento"),
    )
    embedding = VectorField(_("vector"))  # of as many numbers as its model gives
    position = models.IntegerField(_("posición"), db_column="chunk_index", default=0)
    text = models.TextField(_("texto"), db_column="texto_chunk", blank=True)
    page = models.PositiveIntegerField(_("página"), null=True, blank=True)
    heading = models.CharField(_("título"), max_length=300, blank=True)
    text_hash = models.CharField(_("huella"), max_length=64, default="", editable=False)
    search = models.GeneratedField(
        expression=models.Func(
            Lower(Concat("heading", models.Value(" "), "text", output_field=models.TextField())),
            models.Value(ACCENTED),
            models.Value(PLAIN),
            template="to_tsvector('spanish', translate(%(expressions)s))",
            output_field=SearchVectorField(),
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    embedding_model = models.CharField(_("modelo"), db_column="modelo_embedding", max_length=100)
    dimensions = models.IntegerField(_("dimensiones"), db_column="dimensiones")
    created_at = models.DateTimeField(_("creado"), db_column="creado_en", default=timezone.now)
    updated_at = models.DateTimeField(_("actualizado"), db_column="actualizado_en", auto_now=True)

    class Meta:
        db_table = "documento_ai_embeddings"
        verbose_name = _("trozo")
        verbose_name_plural = _("trozos")
        indexes = [
            GinIndex(fields=["search"], name="chunk_search"),
            models.Index(fields=["embedding_model", "text_hash"], name="chunk_embedded_before"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="chunk_once", fields=["document", "position", "embedding_model"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.position}"

    @property
    def passage(self) -> str:
        """What its vector is made of: the text under its heading."""
        return f"{self.heading}\n{self.text}".strip()


class VectorSpace(models.Model):
    """An embedder whose vectors the chunks have: the one that searches use, or one being built.

    Each has its own partial index over the one column, made when the space is built.
    """

    class State(models.TextChoices):
        BUILDING = "building", _("Preparándose")
        ACTIVE = "active", _("En uso")
        RETIRED = "retired", _("Retirado")

    model = models.CharField(_("modelo"), max_length=100, unique=True)
    question_model = models.CharField(
        _("modelo de las preguntas"),
        max_length=100,
        default="",
        help_text=_("Otro que el de los pasajes, si el proveedor los distingue."),
    )
    provider = models.CharField(_("proveedor"), max_length=40)
    dimensions = models.PositiveIntegerField(_("dimensiones"))
    state = models.CharField(
        _("estado"), max_length=10, choices=State.choices, default=State.BUILDING
    )
    created_at = models.DateTimeField(_("desde"), db_default=Now())
    activated_at = models.DateTimeField(_("en uso desde"), null=True, blank=True)

    class Meta:
        verbose_name = _("índice de vectores")
        verbose_name_plural = _("índices de vectores")
        constraints = [
            models.UniqueConstraint(
                name="one_vector_space_in_use", fields=["state"], condition=Q(state="active")
            )
        ]

    def __str__(self) -> str:
        return self.model
