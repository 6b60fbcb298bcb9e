"""What the bot said and why: live dialogues, one row for each answer, corrections of staff."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversations.models import ChatRating, Conversation, Person
from core.models import Domain, PromptVersion
from rag.models.documents import Chunk


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


class Correction(models.Model):
    """An answer that staff put right: served at once to similar questions.

    The right words are those of ``conversation``, approved; ``hits`` counts who got them.
    ``chunk`` is the passage that misled, ``chunk_fixed_at`` when somebody mended it.
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
    chunk = models.ForeignKey(
        Chunk,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("trozo que indujo al error"),
    )
    chunk_fixed_at = models.DateTimeField(_("trozo arreglado"), null=True, blank=True)
    hits = models.PositiveIntegerField(_("veces servida"), default=0)
    last_hit_at = models.DateTimeField(_("última vez"), null=True, blank=True)
    active = models.BooleanField(_("activa"), default=True)
    by = models.CharField(_("quién"), max_length=150)
    at = models.DateTimeField(_("cuándo"), db_default=Now())

    class Meta:
        verbose_name = _("corrección")
        verbose_name_plural = _("correcciones")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(
                fields=["at"],
                name="correction_opens_a_fix",
                condition=Q(chunk__isnull=False, chunk_fixed_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} ({self.by})"
