"""When a provider is left alone for a while."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ProviderPauseQuerySet(models.QuerySet["ProviderPause"]):
    def current(self) -> Self:
        """Those that hold now, by the database's clock."""
        return self.filter(Q(until=None) | Q(until__gt=Now()))

    def for_a_person(self) -> Self:
        """Those that end only when somebody says so."""
        return self.filter(until=None)


class ProviderPause(models.Model):
    """That nothing is asked of a provider: until the moment it named, or until a person says so.

    ``until`` is empty where only a person can mend the cause: the account has no money left.
    """

    provider = models.CharField(_("proveedor"), max_length=40, unique=True)
    code = models.CharField(_("motivo"), max_length=60)
    message = models.CharField(_("lo que dijo el proveedor"), max_length=300)
    since = models.DateTimeField(_("desde"), db_default=Now())
    until = models.DateTimeField(_("hasta"), null=True, blank=True)

    objects = ProviderPauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("pausa de un proveedor")
        verbose_name_plural = _("pausas de proveedores")
        ordering = ["provider"]

    def __str__(self) -> str:
        return f"{self.provider}: {self.code}"
