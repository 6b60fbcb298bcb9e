"""What a message asks for, as a labeller or a person wrote it down, and what reviewers decided."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversations.models.exchanges import Conversation
from core.models import SHARE


class Label(models.Model):
    """One reading of an exchange. Never changed: another reading is another row.

    ``fields`` maps each field (product, size, glaseo_percentage, destination, quantity) to what
    was read or null; ``confidences`` maps intent and fields to 0..1; ``sources`` says which
    labeller won each (model, rules, examples, person); ``raw`` is the confidence before it was
    calibrated, which later calibrations start from; ``entities`` are ``[start, end, kind,
    value]`` in the question; ``qa_errors`` are ``{code, field, message, expected, nearest}``.
    """

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="labels", verbose_name=_("conversación")
    )
    number = models.PositiveSmallIntegerField(_("lectura"))
    current = models.BooleanField(_("vigente"), default=True)
    intent = models.CharField(_("intención"), max_length=50, blank=True)
    fields = models.JSONField(_("campos"), default=dict)
    confidences = models.JSONField(_("confianza por campo"), default=dict)
    confidence = models.FloatField(_("confianza"), validators=SHARE)
    raw = models.JSONField(_("confianza sin calibrar"), default=dict)
    sources = models.JSONField(_("quién lo leyó"), default=dict)
    entities = models.JSONField(_("entidades"), default=list)
    qa_passed = models.BooleanField(_("pasa el control de calidad"))
    qa_errors = models.JSONField(_("errores"), default=list)
    parse_errors = models.PositiveSmallIntegerField(_("respuestas ilegibles"), default=0)
    labeller = models.CharField(_("etiquetador"), max_length=120)
    by = models.CharField(_("por"), max_length=150, blank=True, help_text=_("Vacío: la máquina."))
    at = models.DateTimeField(_("cuándo"), db_default=Now())

    class Meta:
        verbose_name = _("etiqueta")
        verbose_name_plural = _("etiquetas")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(name="label_number_once", fields=["conversation", "number"]),
            models.UniqueConstraint(
                name="label_current_once", fields=["conversation"], condition=Q(current=True)
            ),
            models.CheckConstraint(
                name="label_confidence_is_a_share", condition=Q(confidence__range=(0, 1))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.intent} ({self.confidence:.2f})"


class Review(models.Model):
    """A decision of a reviewer. ``before`` holds what undoing it puts back."""

    class Action(models.TextChoices):
        APPROVE = "approve", _("aprobada")
        REJECT = "reject", _("rechazada")
        EDIT = "edit", _("editada")
        REANALYSE = "reanalyse", _("reanalizada")
        SEND_BACK = "send_back", _("devuelta a revisión")
        FLAG = "flag", _("señalada")
        COMPLAIN = "complain", _("pulgar abajo")
        UNDO = "undo", _("deshecha")

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="reviews", verbose_name=_("conversación")
    )
    action = models.CharField(_("decisión"), max_length=12, choices=Action.choices)
    by = models.CharField(_("quién"), max_length=150)
    notes = models.TextField(_("notas"), blank=True)
    before = models.JSONField(_("antes"), default=dict)
    undone = models.BooleanField(_("deshecha"), default=False)
    at = models.DateTimeField(_("cuándo"), db_default=Now())

    class Meta:
        verbose_name = _("revisión")
        verbose_name_plural = _("revisiones")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.action} ({self.by})"


class ReviewClaim(models.Model):
    """Who has an exchange open for review, until when: nobody else is offered it meanwhile."""

    conversation = models.OneToOneField(
        Conversation, models.CASCADE, primary_key=True, related_name="claim"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    until = models.DateTimeField(_("hasta"))

    class Meta:
        verbose_name = _("revisión en curso")
        verbose_name_plural = _("revisiones en curso")

    def __str__(self) -> str:
        return f"{self.conversation_id}: {self.user}"
