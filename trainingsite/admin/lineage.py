"""Lineage both ways: what a model comes from, and where what somebody said or decided has gone."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.models import Person
from core.access import domains_of, visible
from core.models import Domain
from finetune import lineage
from finetune.models import TrainedModel
from trainingsite.admin.base import domain_asked, page, requires

LINES = 50  # of a version on a page
SHORTEST = 8  # characters of a pseudonym: lists show twelve
FROM: dict[str, Any] = {
    "conversacion": gettext_lazy("Conversación (su número)"),
    "persona": gettext_lazy("Persona (su seudónimo)"),
    "revisor": gettext_lazy("Quien califica o revisa (su usuario)"),
}


@requires("finetune.view_trainedmodel")
def of_model(request: HttpRequest, pk: int) -> HttpResponse:
    """From a model to its job, version, lines, decisions, exchanges and consents."""
    models = TrainedModel.objects.select_related("job__dataset__prompt", "domain")
    model = get_object_or_404(visible(models, request.user), pk=pk)
    number = _number(request.GET.get("pagina", "")) or 1
    found = lineage.of_model(model, limit=LINES, offset=(number - 1) * LINES)
    return page(
        request,
        "admin/trainingsite/lineage_model.html",
        title=_("De dónde viene «%s»") % model.name,
        found=found,
        number=number,
        pages=max(1, -(-found.total // LINES)),
    )


@requires("finetune.view_trainedmodel")
def screen(request: HttpRequest) -> HttpResponse:
    """From an exchange, a person or a reviewer to every version, model and export."""
    domain = domain_asked(request)
    start, value = request.GET.get("desde", ""), request.GET.get("valor", "").strip()
    found = None
    if start in FROM and value and value.isprintable():
        if start == "persona" and not request.user.has_perm("conversations.view_person"):
            raise PermissionDenied
        found = FOLLOW[start](domain, value)
    return page(
        request,
        "admin/trainingsite/lineage.html",
        title=_("Linaje"),
        domain=domain,
        domains=domains_of(request.user),
        starts=FROM,
        start=start,
        value=value,
        found=found,
        unknown=bool(value) and found is None,
        may_export=request.user.has_perm("finetune.view_export"),
    )


def link(start: str, value: Any, *, domain: Domain) -> SafeString:
    """A link to where what ``value`` names has gone; ``start`` is a key of :data:`FROM`."""
    asked = urlencode({"dominio": domain.slug, "desde": start, "valor": value})
    return format_html(
        '<a href="{}?{}">{}</a>', reverse("admin:lineage"), asked, _("Versiones y modelos")
    )


def _of_conversation(domain: Domain, value: str) -> lineage.Reach | None:
    row = domain.conversations.filter(pk=_number(value)).first()
    return lineage.of_conversation(row) if row else None


def _of_person(domain: Domain, value: str) -> lineage.Reach | None:
    """By the beginning of the pseudonym, as long as it names one person."""
    if len(value) < SHORTEST:
        return None
    named = list(Person.objects.filter(domain=domain, pseudonym__startswith=value)[:2])
    return lineage.of_person(named[0]) if len(named) == 1 else None


def _of_reviewer(domain: Domain, value: str) -> lineage.Reach:
    return lineage.of_reviewer(value, domain=domain)


FOLLOW: dict[str, Callable[[Domain, str], lineage.Reach | None]] = {
    "conversacion": _of_conversation,
    "persona": _of_person,
    "revisor": _of_reviewer,
}


def _number(given: str) -> int:
    """A whole number that a column can hold; 0, which no row has, for anything else."""
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 8 else 0
