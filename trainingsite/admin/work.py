"""The work that waits and the work that was given up: look, try again, empty the queue."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from conversations import queue
from conversations.models import Erasure, Processing
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
        "lease_until",
        "next_at",
        "shown_error",
    ]
    list_filter = ["state", OfExchange]
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
        said = gettext("Cola vaciada: %(n)d conversaciones borradas.") % {"n": gone}
        self.message_user(request, said, messages.SUCCESS)
        return HttpResponseRedirect(reverse(LIST))


@admin.register(Erasure)
class ErasureAdmin(WorkAdmin):
    retry_right = "conversations.record_consent"
    domain_path = "person__domain"
    list_display = ["person", "in_domain", "shown_state", "attempts", "next_at", "shown_error"]
    list_filter = ["state", OfPerson]
    list_select_related = ["person__domain"]

    @admin.display(description=_("dominio"), ordering="person__domain")
    def in_domain(self, row: Erasure) -> str:
        return row.person.domain.name


def _confirm_emptying(request: HttpRequest, domain: Domain, number: int) -> HttpResponse:
    warning = gettext("Se borran para siempre %(n)d conversaciones de %(domain)s en espera.")
    return page(
        request,
        "admin/confirm.html",
        title=_("Vaciar la cola"),
        warning=warning % {"n": number, "domain": domain.name},
        button=_("Borrarlas"),
        value=str(number),
        back=reverse(LIST),
    )


def _number(request: HttpRequest) -> int:
    """The number that was confirmed; -1, which no queue has, for anything else."""
    given = request.POST.get("value", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else -1
