"""The list of the policy "score": a machine ranked it, and a person approves it in one go."""

from collections import Counter

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.access import domains_of
from core.admin.base import staff
from core.models import Domain
from finetune import curation
from trainingsite.admin.base import domain_asked, page, requires

AT_ONCE = 200  # what one page lists, and one order approves


@requires("conversations.review_conversation")
def screen(request: HttpRequest) -> HttpResponse:
    """The candidates, the most doubtful first (GET); approve those left ticked (POST)."""
    domain = domain_asked(request)
    if request.method == "POST":
        return _approve(request, domain)
    rows = curation.ranked(domain, limit=AT_ONCE)
    return page(
        request,
        "admin/trainingsite/ranked.html",
        title=_("Candidatas por puntuación"),
        domain=domain,
        domains=domains_of(request.user),
        total=len(rows),
        worst=rows[: curation.WORST_FIRST],
        best=rows[curation.WORST_FIRST :],
    )


def _approve(request: HttpRequest, domain: Domain) -> HttpResponseRedirect:
    given = request.POST.getlist("id")[:AT_ONCE]
    ids = [int(it) for it in given if it.isascii() and it.isdecimal() and len(it) < 10]
    batch = curation.approve_ranked(domain, ids, by=staff(request))
    if batch.done:
        said = ngettext("%d aprobada.", "%d aprobadas.", len(batch.done)) % len(batch.done)
        messages.success(request, said)
    elif not batch.refused:
        messages.error(request, _("No marcó ninguna: no se aprobó nada."))
    for why, total in Counter(map(str, batch.refused.values())).items():
        messages.error(request, f"{total} × {why}")
    return HttpResponseRedirect(f"{reverse('admin:ranked')}?dominio={domain.slug}")
