"""How fast this machine trains."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.work import Work


class Speed(Work):
    """How fast a provider on this machine trains a base, measured once by a training of few steps.

    It is work until it is measured. Tokens are OpenAI's, as everywhere in estimates.
    """

    provider = models.CharField(_("proveedor"), max_length=40)
    base_model = models.CharField(_("modelo base"), max_length=100)
    run_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    seconds_per_token = models.FloatField(_("segundos por token"), null=True, blank=True)
    startup_seconds = models.FloatField(_("segundos de arranque"), null=True, blank=True)
    memory_mb = models.PositiveIntegerField(_("memoria (MB)"), null=True, blank=True)

    class Meta:
        verbose_name = _("velocidad medida")
        verbose_name_plural = _("velocidades medidas")
        constraints = [
            models.UniqueConstraint(name="speed_once", fields=["provider", "base_model"])
        ]

    def __str__(self) -> str:
        return f"{self.provider}:{self.base_model}"

    def minutes_for(self, tokens: int) -> float | None:
        """How long so many tokens take; ``None`` while it is not measured."""
        if self.seconds_per_token is None:
            return None
        seconds = (self.startup_seconds or 0) + self.seconds_per_token * tokens
        return round(seconds / 60, 1)
