"""Bringing the field catalogue to what the database has, from the list of definitions."""

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from core.access import domain_named, domains_of
from core.admin.base import ScopedAdmin, staff
from core.errors import NotFound
from core.models import Domain
from rag import fields


class Synchronising(ScopedAdmin):
    """The list leads to the question which domain's catalogue, and says what will be read."""

    actions_list = ["synchronise"]

    def has_synchronise_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("rag.change_fielddefinition")

    @action(
        description=_("Sincronizar con la base de datos"),
        url_path="sincronizar",
        permissions=["synchronise"],
    )
    def synchronise(self, request: HttpRequest) -> HttpResponse:
        """Say which tables would be read (GET); read them into the catalogue (POST)."""
        if request.method != "POST":
            found = [(it, ", ".join(fields.tables_of(it))) for it in domains_of(request.user)]
            title = gettext("Sincronizar con la base de datos")
            context = admin.site.each_context(request) | {"title": title, "domains": found}
            return TemplateResponse(request, "admin/rag/synchronise.html", context)
        done = fields.synchronise(_domain(request), by=staff(request).get_username())
        said = gettext("%(created)d campos nuevos, %(updated)d al día, %(unchanged)d sin cambios.")
        messages.success(request, said % vars(done))
        return HttpResponseRedirect(reverse("admin:rag_fielddefinition_changelist"))


def _domain(request: HttpRequest) -> Domain:
    try:
        return domain_named(request.POST.get("dominio", ""), user=request.user)
    except NotFound as missing:
        raise Http404(str(missing)) from missing
