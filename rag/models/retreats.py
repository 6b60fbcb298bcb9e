"""Models that gave way because people's thumbs turned down, until somebody has seen it."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import Domain
from finetune.models import Activation, TrainedModel


class RetreatQuerySet(models.QuerySet["Retreat"]):
    def unseen(self) -> Self:
        """Those that staff should hear of: nobody has said so, and no model was activated since."""
        since = Activation.objects.filter(
            domain=OuterRef("domain"), activated_at__gt=OuterRef("at")
        )
        return self.filter(~Exists(since), seen_at=None)


class Retreat(models.Model):
    """A model that was taken out of service by itself: ``up`` of its ``thumbs`` were up.

    Who answers instead is what is active (``finetune.activation``).
    """

    domain = models.ForeignKey(
        Domain, models.CASCADE, related_name="retreats", verbose_name=_("dominio")
    )
    model = models.ForeignKey(
        TrainedModel, models.CASCADE, related_name="retreats", verbose_name=_("modelo")
    )
    up = models.PositiveIntegerField(_("pulgares arriba"))
    thumbs = models.PositiveIntegerField(_("pulgares"))
    at = models.DateTimeField(_("cuándo"), default=timezone.now)
    seen_at = models.DateTimeField(_("visto"), null=True, blank=True)
    seen_by = models.CharField(_("visto por"), max_length=150, blank=True)

    objects = RetreatQuerySet.as_manager()

    class Meta:
        verbose_name = _("modelo retirado por sus pulgares")
        verbose_name_plural = _("modelos retirados por sus pulgares")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="retreat_seen_by_somebody",
                condition=Q(seen_at=None, seen_by="") | Q(seen_at__isnull=False) & ~Q(seen_by=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.model}: {self.up}/{self.thumbs}"
