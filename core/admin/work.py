"""Pages of work that waits or was given up: how it stands, and another chance for what is dead."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.admin.base import ReadOnly, ScopedAdmin
from core.work import KILLED, WorkQuerySet, WorkState

STATES = {WorkState.WAITING: "info", WorkState.DONE: "success", WorkState.DEAD: "danger"}


class StateFilter(admin.SimpleListFilter):
    """What is still to be done or was given up, unless what is done is asked for."""

    title = _("estado")
    parameter_name = "estado"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(WorkState.choices)

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The theme's first choice is "all": here it is what is not done."""
        every, *others = super().choices(changelist)
        yield every | {"display": _("Por hacer")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in WorkState.values:
            return queryset.filter(state=self.value())
        return queryset.exclude(state=WorkState.DONE)


class WorkAdmin(ReadOnly, ScopedAdmin):
    """Rows of work with how it stands; who holds ``retry_right`` gives dead ones another chance."""

    retry_right: str
    list_display_links = None
    actions = ["retry"]
    ordering = ["next_at"]

    @display(description=_("estado"), label=STATES, ordering="state")
    def shown_state(self, row: Any) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @admin.display(description=_("último error"), ordering="error")
    def shown_error(self, row: Any) -> str:
        killed = gettext("El proceso que la hacía murió las cinco veces.")
        return killed if row.error == KILLED else row.error or "–"

    @admin.display(description=_("tomado hasta"), ordering="lease_until")
    def held_until(self, row: Any) -> str:
        return _moment(row.lease_until) if row.lease_until else "–"

    @admin.display(description=_("no antes de"), ordering="next_at")
    def not_before(self, row: Any) -> str:
        return _moment(row.next_at)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.retry_right)

    @admin.action(description=_("Volver a intentar"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: WorkQuerySet) -> None:
        """Dead work waits again; the other chosen rows stay as they are."""
        chosen = queryset.count()
        again = queryset.retry()
        if again:
            said = ngettext("%(n)d vuelve a la cola.", "%(n)d vuelven a la cola.", again)
            self.message_user(request, said % {"n": again}, messages.SUCCESS)
        if chosen > again:
            note = gettext("%(n)d sin cambios: no estaban abandonadas.")
            self.message_user(request, note % {"n": chosen - again}, messages.WARNING)


def _moment(when: datetime) -> str:
    return date_format(localtime(when), "SHORT_DATETIME_FORMAT")
