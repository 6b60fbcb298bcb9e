"""Exchanges by what there is to do with them: a list of staff each."""

from django.utils.translation import gettext_lazy as _

from conversations.models.exchanges import Conversation


class ToReview(Conversation):
    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("etiqueta por revisar")
        verbose_name_plural = _("etiquetas por revisar")


class Rejected(Conversation):
    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("conversación rechazada")
        verbose_name_plural = _("conversaciones rechazadas")


class ScreenedOut(Conversation):
    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("conversación descartada")
        verbose_name_plural = _("conversaciones descartadas")
