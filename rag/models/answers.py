"""What the bot said and why: live dialogues, one row for each answer, corrections of staff."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversations.models import ChatRating, Conversation, Person
from core.models import Domain, PromptVersion
from rag.models.documents import Chunk, Document


class Dialogue(models.Model):
    """What is open with one person in one channel, until it expires.

    ``sealed`` (``core.sealing``) holds what must be raw to go on: where to answer, the name on a
    quote, what a proforma still lacks. It is deleted with the row at ``expires_at``, whatever the
    person consented to.
    """

    domain = models.ForeignKey(Domain, models.CASCADE, related_name="+", verbose_name=_("dominio"))
    person = models.ForeignKey(
        Person, models.CASCADE, related_name="dialogues", verbose_name=_("persona")
    )
    channel = models.CharField(_("canal"), max_length=40)
    sealed = models.TextField(_("contenido cifrado"), blank=True, editable=False)
    welcomed = models.BooleanField(_("saludada"), default=False)
    updated_at = models.DateTimeField(_("última actividad"), db_default=Now())
    expires_at = models.DateTimeField(_("caduca"), db_index=True)

    class Meta:
        verbose_name = _("diálogo abierto")
        verbose_name_plural = _("diálogos abiertos")
        constraints = [models.UniqueConstraint(name="dialogue_once", fields=["person", "channel"])]

    def __str__(self) -> str:
        return f"{self.person} {self.channel}"


class Turn(models.Model):
    """One message that was answered, without its words: who answered, from what, at what cost.

    ``steps`` is its timeline: ``[{"step", "at", ...}]`` in order (saved, consent, masks, label, QA,
    question or quote, reply). The words are in ``conversation``, where the person agreed to that.
    """

    domain = models.ForeignKey(
        Domain, models.CASCADE, related_name="turns", verbose_name=_("dominio")
    )
    person = models.ForeignKey(
        Person,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="turns",
        verbose_name=_("persona"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("usuario"),
    )
    conversation = models.OneToOneField(
        Conversation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="turn",
        verbose_name=_("conversación"),
    )
    thumb = models.OneToOneField(
        ChatRating,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="turn",
        verbose_name=_("pulgar"),
    )
    channel = models.CharField(_("canal"), max_length=40)
    source = models.CharField(_("de dónde salió"), max_length=20)
    model = models.CharField(_("modelo"), max_length=200, blank=True)
    trained_model = models.ForeignKey(
        "finetune.TrainedModel",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="turns",
        verbose_name=_("modelo entrenado"),
    )
    prompt = models.ForeignKey(
        PromptVersion,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("prompt"),
    )
    tokens = models.PositiveIntegerField(_("tokens"), default=0)
    milliseconds = models.PositiveIntegerField(_("milisegundos"), default=0)
    failed = models.BooleanField(_("falló"), default=False)
    chunks = models.ManyToManyField(
        Chunk, blank=True, related_name="turns", verbose_name=_("trozos")
    )
    examples = models.JSONField(_("ejemplos"), default=list)
    steps = models.JSONField(_("pasos"), default=list)
    at = models.DateTimeField(_("cuándo"), db_default=Now())

    class Meta:
        verbose_name = _("respuesta del bot")
        verbose_name_plural = _("respuestas del bot")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["domain", "-at"]),
            models.Index(fields=["person", "-at"]),
            models.Index(fields=["trained_model", "-at"]),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.source} {self.pk}"

    @property
    def served(self) -> int | None:
        """The exchange whose approved or corrected answer this was, word for word."""
        word_for_word = self.source in ("approved", "correction") and self.examples
        return self.examples[0] if word_for_word else None

    @property
    def cited(self) -> set[int]:
        """Which of its chunks the answer leans on."""
        return {pk for step in self.steps for pk in step.get("cited", ())}


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def to_fix(self) -> Self:
        """Those whose misleading passage nobody has mended yet."""
        return self.filter(document__isnull=False, chunk_fixed_at=None)

    def with_passage(self) -> Self:
        """With ``passage`` and its ``page``; none where no chunk says that any more."""
        same = Chunk.objects.filter(
            document=OuterRef("document"), text_hash=OuterRef("passage_hash")
        ).order_by("pk")
        return self.annotate(
            passage=Subquery(same.values("text")[:1]), page=Subquery(same.values("page")[:1])
        )


class Correction(models.Model):
    """An answer that staff put right: served at once to similar questions.

    The right words are those of ``conversation``, approved; ``hits`` counts who got them.
    ``document`` holds the passage that misled, known by the hash of its text (``Chunk.text_hash``):
    chunks are made anew whenever a document is processed. ``chunk_fixed_at`` is when somebody said
    that it is mended.
    """

    conversation = models.OneToOneField(
        Conversation, models.CASCADE, related_name="correction", verbose_name=_("conversación")
    )
    thumb = models.ForeignKey(
        ChatRating,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("pulgar"),
    )
    document = models.ForeignKey(
        Document,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("documento que indujo al error"),
    )
    passage_hash = models.CharField(_("huella del trozo"), max_length=64, blank=True)
    chunk_fixed_at = models.DateTimeField(_("trozo arreglado"), null=True, blank=True)
    chunk_fixed_by = models.CharField(_("trozo arreglado por"), max_length=150, blank=True)
    hits = models.PositiveIntegerField(_("veces servida"), default=0)
    last_hit_at = models.DateTimeField(_("última vez"), null=True, blank=True)
    active = models.BooleanField(_("activa"), default=True)
    by = models.CharField(_("quién"), max_length=150)
    at = models.DateTimeField(_("cuándo"), db_default=Now())

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("corrección")
        verbose_name_plural = _("correcciones")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(
                fields=["at"],
                name="correction_opens_a_fix",
                condition=Q(document__isnull=False, chunk_fixed_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} ({self.by})"
