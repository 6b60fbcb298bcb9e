"""The work that waits and the work that was given up: look, try again, empty the queue."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from conversations import queue
from conversations.models import Erasure, Processing
from core.access import domains_of
from core.admin.base import DomainFilter, staff
from core.admin.work import StateFilter, WorkAdmin
from core.errors import Conflict
from core.models import Domain
from trainingsite.admin.base import domain_asked, page

LIST = "admin:conversations_processing_changelist"


class OfExchange(DomainFilter):
    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = {"conversation__domain__slug": self.value()}
        return queryset.filter(**chosen) if self.value() else queryset


class OfPerson(DomainFilter):
    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = {"person__domain__slug": self.value()}
        return queryset.filter(**chosen) if self.value() else queryset


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


def _number(request: HttpRequest) -> int:
    """The number that was confirmed; -1, which no queue has, for anything else."""
    given = request.POST.get("value", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else -1
