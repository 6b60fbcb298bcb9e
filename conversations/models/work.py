"""What waits to be done with an exchange."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from conversations.models.exchanges import Conversation
from core.work import Work, WorkState


class Processing(Work):
    """An exchange of a person on its way through screening, labelling and QA.

    A table of its own: a claim rewrites a narrow row, not one with a vector in its index.
    """

    conversation = models.OneToOneField(
        Conversation,
        models.CASCADE,
        primary_key=True,
        related_name="processing",
        verbose_name=_("conversación"),
    )

    class Meta:
        verbose_name = _("conversación por procesar")
        verbose_name_plural = _("conversaciones por procesar")
        permissions = [
            ("process_queue", "Procesar la cola"),
            ("empty_queue", "Vaciar la cola"),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                name="processing_waiting",
                condition=Q(state=WorkState.WAITING),
            )
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}: {self.state}"
