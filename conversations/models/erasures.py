"""What must be forgotten: people who took their consent back."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from conversations.models.people import Person
from core.work import Work, WorkState


class Erasure(Work):
    """That what a person had said until they withdrew must be deleted.

    ``through`` is the highest number of their exchanges at that moment: what came after was said
    under a later yes, and stays.
    """

    person = models.OneToOneField(
        Person,
        models.CASCADE,
        primary_key=True,
        related_name="erasure",
        verbose_name=_("persona"),
    )
    through = models.BigIntegerField(_("hasta la conversación"))

    class Meta:
        verbose_name = _("borrado pendiente")
        verbose_name_plural = _("borrados pendientes")
        indexes = [
            models.Index(
                fields=["next_at"],
                name="erasure_waiting",
                condition=Q(state=WorkState.WAITING),
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.state}"
