"""Messages that a channel delivers and takes: each handled once, whatever dies meanwhile."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.models import Domain
from core.work import Work, WorkState


class Inbound(Work):
    """A message as a channel delivered it, sealed (``core.sealing``); emptied when it is done."""

    domain = models.ForeignKey(Domain, models.CASCADE, related_name="+", verbose_name=_("dominio"))
    channel = models.CharField(_("canal"), max_length=40)
    outside_id = models.CharField(_("huella de su id"), max_length=64, editable=False)
    sealed = models.TextField(_("contenido cifrado"), blank=True, editable=False)
    at = models.DateTimeField(_("recibido"), db_default=Now())

    class Meta:
        verbose_name = _("mensaje recibido")
        verbose_name_plural = _("mensajes recibidos")
        constraints = [
            models.UniqueConstraint(name="inbound_once", fields=["channel", "outside_id"])
        ]
        indexes = [
            models.Index(
                fields=["next_at"], name="inbound_waiting", condition=Q(state=WorkState.WAITING)
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.outside_id[:8]}"


class Outbound(Work):
    """A reply on its way to a channel, sealed with its address; emptied when it is delivered.

    ``key`` makes it once: the print of the message that it answers, and its place in the reply.
    """

    domain = models.ForeignKey(Domain, models.CASCADE, related_name="+", verbose_name=_("dominio"))
    channel = models.CharField(_("canal"), max_length=40)
    key = models.CharField(_("huella"), max_length=64, unique=True, editable=False)
    sealed = models.TextField(_("contenido cifrado"), blank=True, editable=False)
    turn = models.ForeignKey(
        "rag.Turn",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="deliveries",
        verbose_name=_("respuesta"),
    )
    provider_id = models.CharField(
        _("huella del id en el canal"), max_length=64, blank=True, editable=False, db_index=True
    )
    at = models.DateTimeField(_("escrito"), db_default=Now())

    class Meta:
        verbose_name = _("mensaje por enviar")
        verbose_name_plural = _("mensajes por enviar")
        indexes = [
            models.Index(
                fields=["next_at"], name="outbound_waiting", condition=Q(state=WorkState.WAITING)
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.key[:8]}"
