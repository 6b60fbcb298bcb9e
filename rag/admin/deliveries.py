"""Entregas: what came from a channel and what goes to it, how it stands, and none of its words."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.admin.base import DomainFilter
from core.admin.work import StateFilter, WorkAdmin
from core.work import WorkQuerySet
from rag.models import Delivery, DeliveryStatus, Inbound, Outbound
from rag.models.deliveries import EXPIRED, TOO_LATE, UNCERTAIN
from rag.whatsapp.graph import UNREACHABLE

WHY: dict[str, Any] = {
    TOO_LATE: _("Pasó más de un día: el canal ya no admite la respuesta."),
    EXPIRED: _("No se pudo a tiempo; su contenido se borró."),
    UNCERTAIN: _("No se sabe si llegó: se espera la noticia del canal antes de repetir."),
    UNREACHABLE: _("El canal no contesta; se vuelve a intentar."),
    "graph 190": _("El canal no acepta la clave (WHATSAPP_TOKEN); se vuelve a intentar."),
    "graph 131047": _("Pasó más de un día desde el último mensaje de la persona."),
    "assistant_off": _("El asistente está apagado en este dominio."),
    "unreadable": _("Se cifró con otra clave (SEALING_KEY)."),
}
"""What stands behind an error, where there is more to say than its word."""

NEWS = {
    DeliveryStatus.SENT: "info",
    DeliveryStatus.DELIVERED: "success",
    DeliveryStatus.READ: "success",
    DeliveryStatus.FAILED: "danger",
}


class DeliveryAdmin(WorkAdmin):
    """A row can be tried again as long as its content is there."""

    retry_right = "rag.retry_delivery"
    list_filter = [StateFilter, DomainFilter, "channel"]
    ordering = ["-at"]

    @admin.display(description=_("cuándo"), ordering="at")
    def when(self, row: Any) -> str:
        return date_format(localtime(row.at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("último error"), ordering="error")
    def shown_error(self, row: Delivery) -> str:
        return str(WHY.get(row.error) or super().shown_error(row))

    @admin.action(description=_("Volver a intentar"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: WorkQuerySet) -> None:
        """What was emptied stays as it is: there is nothing left to answer, or to send."""
        if emptied := queryset.filter(sealed="").count():
            said = _("%(n)d sin cambios: su contenido ya se borró.") % {"n": emptied}
            self.message_user(request, said, messages.WARNING)
        if left := queryset.exclude(sealed=""):
            super().retry(request, left)


@admin.register(Inbound)
class InboundAdmin(DeliveryAdmin):
    list_display = [
        *("when", "in_domain", "channel"),
        *("shown_state", "attempts", "not_before", "shown_error"),
    ]


@admin.register(Outbound)
class OutboundAdmin(DeliveryAdmin):
    list_display = [
        *("when", "in_domain", "channel", "shown_status"),
        *("shown_state", "attempts", "not_before", "shown_error", "answer"),
    ]
    list_filter = [*DeliveryAdmin.list_filter, "status"]

    @display(description=_("entrega"), label=NEWS, ordering="status")
    def shown_status(self, row: Outbound) -> tuple[str, str] | None:
        return (row.status, row.get_status_display()) if row.status else None

    @admin.display(description=_("respuesta"))
    def answer(self, row: Outbound) -> SafeString | str:
        if not row.turn_id:
            return "–"
        url = reverse("admin:rag_turn_change", args=[row.turn_id])
        return format_html('<a href="{}">{}</a>', url, _("N.º %s") % row.turn_id)
