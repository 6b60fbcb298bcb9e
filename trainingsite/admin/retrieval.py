"""Trying the search: what a question finds and why, and how well the domain's questions do."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from core.access import domains_of
from core.admin.base import staff
from core.errors import Refusal
from core.models import Domain
from rag import measuring, retrieval, spaces, tuning
from rag.models import RetrievalQuestion, RetrievalRun
from trainingsite.admin.base import domain_asked, page, requires

RIGHT = retrieval.READS_DOCUMENTS
TUNES = "rag.change_searchtuning"
LONGEST = 2000  # characters of a question
SHOWN = 10  # chunks
RUNS = 12


@never_cache
@sensitive_post_parameters("pregunta")
@require_http_methods(["GET", "POST"])
@requires(RIGHT)
def screen(request: HttpRequest) -> HttpResponse:
    """The question, what it finds, and the last measures. Nothing that is tried is kept."""
    domain = domain_asked(request)
    question = request.POST.get("pregunta", "").replace("\0", "").strip()[:LONGEST]
    return page(
        request,
        "admin/trainingsite/retrieval.html",
        title=_("Probar la búsqueda"),
        domain=domain,
        domains=domains_of(request.user),
        question=question,
        longest=LONGEST,
        may_tune=request.user.has_perm(TUNES),
        **_looked(request, domain, question),
        **_measured(domain),
    )


@require_POST
@requires(TUNES)
def tune(request: HttpRequest) -> HttpResponseRedirect:
    """Calibrate the search of a domain by its questions, and measure it."""
    domain = domain_asked(request)
    try:
        tuned = tuning.calibrate(domain, by=staff(request))
        measuring.measure(domain, cause=_("calibración"))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("Similitud mínima %(threshold).3f; peso de los vectores %(vector_weight).1f.")
        messages.success(request, said % vars(tuned))
    return HttpResponseRedirect(f"{reverse('admin:retrieval')}?dominio={domain.slug}")


def _looked(request: HttpRequest, domain: Domain, question: str) -> dict[str, Any]:
    """What a search finds; also what the threshold holds back, so that it can be judged."""
    if not question:
        return {}
    looked = retrieval.look(domain, question, user=staff(request), limit=SHOWN, threshold=0)
    threshold = tuning.of(domain, looked.model).threshold
    chunks = [
        {"hit": it, "held_back": it.similarity is not None and it.similarity < threshold}
        for it in looked.found
    ]
    return {"looked": looked, "chunks": chunks, "threshold": threshold}


def _measured(domain: Domain) -> dict[str, Any]:
    """The last measures, oldest first for the eye, and the questions that the last one missed."""
    runs = list(RetrievalRun.objects.filter(domain=domain)[:RUNS])
    space = spaces.active()
    missed = [it["question"] for it in runs[0].misses] if runs else []
    rows = RetrievalQuestion.objects.filter(pk__in=missed, domain=domain)
    return {
        "runs": runs,
        "missed": rows.select_related("document").defer("document__text", "vector")[:SHOWN],
        "space": space,
        "tuned": tuning.of(domain, space.model) if space else None,
    }
