"""What is learned from: versions, their examples, the frozen questions."""

from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models import ConsentEvent, Conversation, Person
from core.models import Domain, EntryPolicy, PromptVersion
from core.work import Work


class Part(models.TextChoices):
    TRAIN = "train", _("entrenamiento")
    VALID = "valid", _("validación")


class Method(models.TextChoices):
    """How a model learns from a dataset: its answers, or which of two answers is the better."""

    SUPERVISED = "supervised", _("supervisado")
    DPO = "dpo", _("por preferencias (DPO)")


class QuestionKind(models.TextChoices):
    QUESTION = "question", _("pregunta del negocio")
    PROBE = "probe", _("prueba de seguridad")


class EvaluationQuestion(models.Model):
    """One question of a domain's frozen set, with its approved answer; never trained on.

    ``topic`` is its intent. A *probe* has no approved answer: it tries to draw out personal data,
    the prompt, or what the bot must not say, and ``forbidden`` lists what must not be in the reply.
    """

    domain = models.ForeignKey(
        Domain, models.CASCADE, related_name="evaluation_questions", verbose_name=_("dominio")
    )
    kind = models.CharField(
        _("clase"), max_length=10, choices=QuestionKind.choices, default=QuestionKind.QUESTION
    )
    topic = models.CharField(_("tema"), max_length=80, blank=True)
    critical = models.BooleanField(
        _("tema crítico"),
        default=False,
        help_text=_("Un modelo que empeora en un tema crítico no se activa."),
    )
    structured = models.BooleanField(
        _("respuesta exacta"),
        default=False,
        help_text=_("La respuesta es un dato (precio, código): cuenta si es la misma o no."),
    )
    question = models.TextField(_("pregunta"))
    answer = models.TextField(_("respuesta aprobada"), blank=True)
    forbidden = models.JSONField(_("no debe decir"), default=list, blank=True)
    question_hash = models.CharField(_("huella"), max_length=32, db_index=True)

    class Meta:
        verbose_name = _("pregunta de evaluación")
        verbose_name_plural = _("preguntas de evaluación")
        constraints = [
            models.UniqueConstraint(
                name="evaluation_question_once", fields=["domain", "question_hash"]
            ),
            models.CheckConstraint(
                name="evaluation_question_has_its_answer",
                condition=Q(kind="probe") | ~Q(answer=""),
            ),
        ]

    def __str__(self) -> str:
        return self.question[:80]


class Dataset(models.Model):
    """A version of what a domain's bot learns from. Never changed once made.

    ``filters`` say how it was chosen; ``card`` is what people read of it: counts, tokens,
    categories, people, clusters, the leak check. The manifest is made of its items.
    """

    domain = models.ForeignKey(
        Domain, models.PROTECT, related_name="datasets", verbose_name=_("dominio")
    )
    number = models.PositiveIntegerField(_("versión"))
    policy = models.CharField(
        _("entrada"), max_length=20, choices=EntryPolicy.choices, default=EntryPolicy.STARS
    )
    prompt = models.ForeignKey(PromptVersion, models.PROTECT, verbose_name=_("prompt"))
    sha256 = models.CharField(_("huella"), max_length=64)
    filters = models.JSONField(_("filtros"), default=dict)
    card = models.JSONField(_("ficha"), default=dict)
    considered = models.PositiveIntegerField(_("consideradas"))
    excluded = models.JSONField(_("excluidas"), default=list)
    created_at = models.DateTimeField(_("creada"), default=timezone.now)
    created_by = models.CharField(_("por"), max_length=150)

    class Meta:
        verbose_name = _("conjunto de datos")
        verbose_name_plural = _("conjuntos de datos")
        ordering = ["-created_at", "-pk"]
        permissions = [
            ("prepare_dataset", "Preparar datos para entrenamiento"),
            ("export_dataset", "Exportar datos y descargarlos"),
        ]
        constraints = [
            models.UniqueConstraint(name="dataset_number_once", fields=["domain", "number"]),
        ]
        indexes = [models.Index(fields=["domain", "sha256"], name="dataset_by_content")]

    def __str__(self) -> str:
        return f"{self.domain.slug} v{self.number}"


class DatasetItemQuerySet(models.QuerySet["DatasetItem"]):
    def erased(self) -> Self:
        """Tombstones: what an erased person leaves, a hash without text."""
        return self.filter(erased_at__isnull=False)


class DatasetItem(models.Model):
    """A conversation as it entered a dataset: the text that is trained, word for word.

    ``rejected`` is the answer that a person corrected, where there was one (preference training).
    ``cluster`` is the conversation whose near-duplicates are one with it: a cluster is in one part.
    An erased person leaves the hash alone: the texts become empty, ``erased_at`` says when.
    """

    dataset = models.ForeignKey(
        Dataset, models.CASCADE, related_name="items", verbose_name=_("conjunto de datos")
    )
    conversation = models.ForeignKey(
        Conversation,
        models.SET_NULL,
        null=True,
        related_name="dataset_items",
        verbose_name=_("conversación"),
    )
    person = models.ForeignKey(
        Person,
        models.SET_NULL,
        null=True,
        related_name="dataset_items",
        verbose_name=_("persona"),
    )
    consent = models.ForeignKey(
        ConsentEvent,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("consentimiento"),
    )
    position = models.PositiveIntegerField(_("línea"))
    part = models.CharField(_("parte"), max_length=5, choices=Part.choices)
    question = models.TextField(_("pregunta"))
    answer = models.TextField(_("respuesta"))
    rejected = models.TextField(_("respuesta corregida"), blank=True)
    category = models.CharField(_("categoría"), max_length=50, blank=True)
    cluster = models.BigIntegerField(_("grupo"), null=True)
    tokens = models.PositiveIntegerField(_("tokens"), null=True)
    anonymiser = models.CharField(_("reglas de anonimización"), max_length=20, blank=True)
    sha256 = models.CharField(_("huella"), max_length=64)
    erased_at = models.DateTimeField(_("borrada"), null=True, editable=False)

    objects = DatasetItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("ejemplo")
        verbose_name_plural = _("ejemplos")
        ordering = ["part", "position"]
        indexes = [
            models.Index(
                fields=["dataset"],
                name="dataset_item_erased",
                condition=Q(erased_at__isnull=False),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                name="dataset_line_once", fields=["dataset", "part", "position"]
            ),
            models.CheckConstraint(
                name="dataset_item_has_text_unless_erased",
                condition=Q(erased_at=None) & ~Q(question="") & ~Q(answer="")
                | Q(erased_at__isnull=False, question="", answer="", rejected=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.part} {self.position}"


class DatasetReview(models.Model):
    """That a person looked at the lines of a version before anything is trained on them."""

    dataset = models.ForeignKey(
        Dataset, models.CASCADE, related_name="reviews", verbose_name=_("conjunto de datos")
    )
    by = models.CharField(_("revisado por"), max_length=150)
    at = models.DateTimeField(_("cuándo"), default=timezone.now)
    note = models.TextField(_("nota"), blank=True)

    class Meta:
        verbose_name = _("revisión del conjunto")
        verbose_name_plural = _("revisiones del conjunto")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.dataset}: {self.by}"


class ProviderFile(models.Model):
    """A part of a dataset as a provider holds it: uploaded once, in the form of its method."""

    dataset = models.ForeignKey(
        Dataset, models.PROTECT, related_name="files", verbose_name=_("conjunto de datos")
    )
    provider = models.CharField(_("proveedor"), max_length=40)
    part = models.CharField(_("parte"), max_length=5, choices=Part.choices)
    method = models.CharField(
        _("método"), max_length=12, choices=Method.choices, default=Method.SUPERVISED
    )
    file_id = models.CharField(_("archivo"), max_length=200)
    bytes = models.PositiveBigIntegerField(_("bytes"))
    uploaded_at = models.DateTimeField(_("subido"), default=timezone.now)

    class Meta:
        verbose_name = _("archivo en el proveedor")
        verbose_name_plural = _("archivos en el proveedor")
        constraints = [
            models.UniqueConstraint(
                name="file_uploaded_once", fields=["dataset", "provider", "part", "method"]
            ),
            models.UniqueConstraint(name="file_id_once", fields=["provider", "file_id"]),
        ]

    def __str__(self) -> str:
        return self.file_id


class FileRemoval(Work):
    """A file that a provider must delete: somebody who was in it has been erased.

    ``by_name``: every file whose name begins with ``file_id``, for what an upload that died may
    have left there. It waits for as long as the provider is away, and is never given up.
    """

    provider = models.CharField(_("proveedor"), max_length=40)
    file_id = models.CharField(_("archivo"), max_length=200)
    by_name = models.BooleanField(_("por su nombre"), default=False)
    asked_at = models.DateTimeField(_("pedido"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("archivo por borrar")
        verbose_name_plural = _("archivos por borrar")
        constraints = [
            models.UniqueConstraint(name="file_removed_once", fields=["provider", "file_id"])
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.file_id}: {self.state}"


class Source(models.TextChoices):
    """Which exchanges an export takes (``--source`` of the script)."""

    SESSIONS = "sessions", _("hilos")
    PIPELINE = "pipeline", _("procesadas")
    BOTH = "both", _("ambas")


class Export(models.Model):
    """Files that somebody may download: their names, sizes and hashes, and whose words are inside.

    They lie in storage under ``exports/<key>/``; who erases a person removes the exports they are
    in.
    """

    domain = models.ForeignKey(
        Domain, models.CASCADE, related_name="exports", verbose_name=_("dominio")
    )
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dataset = models.ForeignKey(
        Dataset,
        models.CASCADE,
        null=True,
        related_name="exports",
        verbose_name=_("conjunto de datos"),
    )
    source = models.CharField(_("fuente"), max_length=10, choices=Source.choices, blank=True)
    parameters = models.JSONField(_("parámetros"), default=dict)
    files = models.JSONField(_("archivos"), default=dict)
    people = models.ManyToManyField(Person, related_name="exports", verbose_name=_("personas"))
    created_at = models.DateTimeField(_("creada"), default=timezone.now)
    created_by = models.CharField(_("por"), max_length=150)

    class Meta:
        verbose_name = _("exportación")
        verbose_name_plural = _("exportaciones")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.domain.slug} {self.created_at:%Y-%m-%d %H:%M}"
