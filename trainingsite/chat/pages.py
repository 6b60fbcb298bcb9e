"""The page of a public chat, and the script with which other sites show it."""

from csp.constants import HEADER, NONE, SELF
from csp.utils import build_policy
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from core import origins
from core.errors import NotFound
from core.models import Domain
from rag.assistant import LONGEST_QUESTION
from trainingsite.chat import visitors
from trainingsite.chat.base import domain_of


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """The chat. The sites that its domain names may show it in a frame, and nobody else."""
    domain = _domain(slug)
    sites = [it for it in domain.chat_sites if origins.is_origin(it)]
    show = xframe_options_exempt(_page) if sites else _page
    return show(request, domain, sites)


@require_safe
def embed(request: HttpRequest, slug: str) -> HttpResponseRedirect:
    """The script of the tag; it knows from its own address whose chat it opens."""
    _domain(slug)
    return redirect(static("chat/embed.js"))


def _page(request: HttpRequest, domain: Domain, sites: list[str]) -> HttpResponse:
    """Rendered without the request, so that no session is ever looked at.

    Its policy is stricter than the admin's: nothing inline, and no code from texts.
    """
    context = {
        "domain": domain,
        "base": reverse("public-chat", args=[domain.slug]),
        "header": visitors.HEADER,
        "longest": LONGEST_QUESTION,
    }
    policy = {"script-src": [SELF], "style-src": [SELF], "frame-ancestors": sites or [NONE]}
    page = render_to_string("chat/page.html", context)
    return HttpResponse(page, headers={HEADER: build_policy(replace=policy)})


def _domain(slug: str) -> Domain:
    try:
        return domain_of(slug)
    except NotFound as error:
        raise Http404 from error
