"""Messages that a channel delivers and takes: each handled once, whatever dies meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversations.models import Person
from core.models import Domain
from core.work import MOST_CLAIMS, PAUSE, Work, WorkState

TOO_LATE = "too_late"  # the channel's time to answer is over
EXPIRED = "expired"  # its dialogue is over
UNCERTAIN = "uncertain"  # it was sent, and nobody said whether it arrived
DOUBT = timedelta(minutes=2)  # in which the channel tells of what it took


class Delivery(Work):
    """Base of both ways. ``sealed`` (``core.sealing``) is emptied when nothing is left to do."""

    domain = models.ForeignKey(Domain, models.CASCADE, related_name="+", verbose_name=_("dominio"))
    person = models.ForeignKey(
        Person,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("persona"),
    )
    channel = models.CharField(_("canal"), max_length=40)
    sealed = models.TextField(_("contenido cifrado"), blank=True, editable=False)

    class Meta:
        abstract = True

    def finish(self, **facts: Any) -> bool:
        """It is done, and ``facts`` are known; ``False`` when the row is no longer ours."""
        return self._end(state=WorkState.DONE, error="", sealed="", **facts)

    def give_up(self, error: str) -> bool:
        """Trying again would not help; staff may, while its content is there."""
        return self._end(state=WorkState.DEAD, error=error)

    def expire(self) -> bool:
        """The channel takes no answer any more."""
        return self._end(state=WorkState.DEAD, error=TOO_LATE, sealed="")

    def wait(self, error: str, *, pause: timedelta = PAUSE) -> bool:
        """:meth:`put_back`, saying what it waits for."""
        return self._end(attempts=F("attempts") - 1, next_at=Now() + pause, error=error)


class Inbound(Delivery):
    """A message as a channel delivered it."""

    outside_id = models.CharField(_("huella de su id"), max_length=64, editable=False)
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


class DeliveryStatus(models.TextChoices):
    """What the channel said became of a reply, the furthest that is known."""

    SENT = "sent", _("Enviado")
    DELIVERED = "delivered", _("Entregado")
    READ = "read", _("Leído")
    FAILED = "failed", _("No entregado")


class Outbound(Delivery):
    """A reply on its way to a channel, sealed with its address.

    ``key`` makes it once: the print of the message that it answers, and its place in the reply.
    """

    key = models.CharField(_("huella"), max_length=64, unique=True, editable=False)
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
    status = models.CharField(
        _("entrega"), max_length=10, choices=DeliveryStatus.choices, blank=True
    )
    at = models.DateTimeField(_("escrito"), db_default=Now())

    class Meta:
        verbose_name = _("mensaje por enviar")
        verbose_name_plural = _("mensajes por enviar")
        permissions = [("retry_delivery", "Reintentar entregas")]
        indexes = [
            models.Index(
                fields=["next_at"], name="outbound_waiting", condition=Q(state=WorkState.WAITING)
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.key[:8]}"

    def doubt(self) -> bool:
        """It went out and no answer came: the channel's own news may still settle it."""
        state = WorkState.DEAD if self.attempts >= MOST_CLAIMS else WorkState.WAITING
        return self._end(state=state, error=UNCERTAIN, next_at=Now() + DOUBT)
