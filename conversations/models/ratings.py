"""What people thought of an exchange: staff's stars, end users' thumbs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.exchanges import Conversation
from core.models import Domain


class Rating(models.Model):
    """A person's stars as they were given; the conversation holds the ones that count now."""

    class Reason(models.TextChoices):
        RATED = "rated", _("calificada")
        CLEARED = "cleared", _("calificación borrada")
        EDITED = "edited", _("texto editado")

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="ratings", verbose_name=_("conversación")
    )
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

    domain = models.ForeignKey(
        Domain, models.PROTECT, related_name="thumbs", verbose_name=_("dominio")
    )
    conversation = models.ForeignKey(
        Conversation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="thumbs",
        verbose_name=_("conversación"),
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
    reason = models.TextField(_("motivo"), blank=True, help_text=_("De quien lo dio."))
    notes = models.TextField(_("notas"), db_column="notas_procesamiento", null=True, blank=True)
    improved = models.BooleanField(_("mejorado"), db_column="mejorado", default=False)
    change = models.CharField(
        _("qué se cambió"),
        max_length=60,
        blank=True,
        help_text=_("Lo que mejoró el bot: su clase y su id, como correction:7."),
    )
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
            ),
            models.CheckConstraint(
                name="thumb_improved_names_the_change", condition=Q(improved=False) | ~Q(change="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.thumb}: {self.question[:60]}"
