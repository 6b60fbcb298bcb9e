"""The turns of a thread, as they were said."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.exchanges import Conversation
from conversations.models.people import ChatSession


class Role(models.TextChoices):
    USER = "user", _("Persona")
    ASSISTANT = "assistant", _("Bot")


class ChatMessage(models.Model):
    """One turn, masked. ``conversation`` is the exchange that it is the question or answer of."""

    session = models.ForeignKey(
        ChatSession, models.CASCADE, related_name="messages", verbose_name=_("hilo")
    )
    conversation = models.ForeignKey(
        Conversation,
        models.CASCADE,
        related_name="messages",
        verbose_name=_("conversación"),
    )
    role = models.CharField(_("quién"), max_length=10, choices=Role.choices)
    content = models.TextField(_("texto"))
    outside_id = models.CharField(
        _("id de fuera"), max_length=64, null=True, blank=True, editable=False
    )
    at = models.DateTimeField(_("cuándo"), default=timezone.now)

    class Meta:
        verbose_name = _("mensaje")
        verbose_name_plural = _("mensajes")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["session", "at"])]
        constraints = [
            models.UniqueConstraint(name="message_delivered_once", fields=["session", "outside_id"])
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.content[:60]}"
