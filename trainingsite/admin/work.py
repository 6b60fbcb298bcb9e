"""The work that waits and the work that was given up: look, try again, empty the queue."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from conversations import queue
from conversations.models import Erasure, Processing
from core.access import domains_of
from core.admin.base import DomainFilter, ReadOnly, ScopedAdmin, staff
from core.errors import Conflict
from core.models import Domain
from core.work import KILLED, WorkQuerySet, WorkState
from trainingsite.admin.base import domain_asked, page

LIST = "admin:conversations_processing_changelist"
STATES = {WorkState.WAITING: "info", WorkState.DONE: "success", WorkState.DEAD: "danger"}


class OfExchange(DomainFilter):
    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = {"conversation__domain__slug": self.value()}
        return queryset.filter(**chosen) if self.value() else queryset


class OfPerson(DomainFilter):
    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = {"person__domain__slug": self.value()}
        return queryset.filter(**chosen) if self.value() else queryset


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


@admin.register(Processing)
class ProcessingAdmin(WorkAdmin):
    retry_right = "conversations.process_queue"
    domain_path = "conversation__domain"
    list_display = [
        "conversation",
        "in_domain",
        "shown_state",
        "attempts",
        "held_until",
        "not_before",
        "shown_error",
    ]
    list_filter = [StateFilter, OfExchange]
    list_select_related = ["conversation__domain"]
    actions_list = ["empty"]

    @admin.display(description=_("dominio"), ordering="conversation__domain")
    def in_domain(self, row: Processing) -> str:
        return row.conversation.domain.name

    def has_empty_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("conversations.empty_queue")

    @action(description=_("Vaciar la cola"), url_path="vaciar", permissions=["empty"])
    def empty(self, request: HttpRequest) -> HttpResponse:
        """Say how many would go (GET); delete exactly that many, or none (POST)."""
        domain = domain_asked(request)
        if request.method != "POST":
            return _confirm_emptying(request, domain, queue.state_of(domain).waiting)
        try:
            gone = queue.empty(domain, confirmed=_number(request), by=staff(request))
        except Conflict as changed:
            self.message_user(request, str(changed), messages.ERROR)
            return _confirm_emptying(request, domain, changed.details["waiting"])
        said = ngettext("%(n)d conversación borrada.", "%(n)d conversaciones borradas.", gone)
        self.message_user(request, said % {"n": gone}, messages.SUCCESS)
        return HttpResponseRedirect(reverse(LIST))


@admin.register(Erasure)
class ErasureAdmin(WorkAdmin):
    retry_right = "conversations.record_consent"
    domain_path = "person__domain"
    list_display = ["person", "in_domain", "shown_state", "attempts", "not_before", "shown_error"]
    list_filter = [StateFilter, OfPerson]
    list_select_related = ["person__domain"]

    @admin.display(description=_("dominio"), ordering="person__domain")
    def in_domain(self, row: Erasure) -> str:
        return row.person.domain.name


def _confirm_emptying(request: HttpRequest, domain: Domain, number: int) -> HttpResponse:
    nothing = gettext("En «%(domain)s» no hay nada en espera.")
    some = ngettext(
        "Se borra para siempre %(n)d conversación de «%(domain)s» en espera.",
        "Se borran para siempre %(n)d conversaciones de «%(domain)s» en espera.",
        number,
    )
    return page(
        request,
        "admin/trainingsite/empty_queue.html",
        title=_("Vaciar la cola"),
        domain=domain,
        domains=domains_of(request.user),
        number=number,
        warning=(some if number else nothing) % {"n": number, "domain": domain.name},
    )


def _moment(when: datetime) -> str:
    return date_format(localtime(when), "SHORT_DATETIME_FORMAT")


def _number(request: HttpRequest) -> int:
    """The number that was confirmed; -1, which no queue has, for anything else."""
    given = request.POST.get("value", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else -1
