"""What our own screens share: a permission each, the site's frame, a domain in the address."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from core.access import domain_named, domains_of
from core.errors import NotFound
from core.models import Domain

Given = ParamSpec("Given")
View = Callable[Concatenate[HttpRequest, Given], HttpResponse]


def requires(right: str) -> Callable[[View[Given]], View[Given]]:
    """Only who holds ``right`` gets in; the others are told so (403)."""

    def guard(view: View[Given]) -> View[Given]:
        @wraps(view)
        def guarded(
            request: HttpRequest, *args: Given.args, **kwargs: Given.kwargs
        ) -> HttpResponse:
            if not request.user.has_perm(right):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return guard


def page(request: HttpRequest, template: str, **context: Any) -> TemplateResponse:
    """``template`` inside the frame of the admin site; ``title`` names the page."""
    return TemplateResponse(request, template, admin.site.each_context(request) | context)


def domain_asked(request: HttpRequest) -> Domain:
    """The domain that the request names, else the user's first.

    Raises :class:`Http404` for one of others, as if it were not, and for who has none.
    """
    named = request.POST.get("dominio") or request.GET.get("dominio")
    if named:
        try:
            return domain_named(named, user=request.user)
        except NotFound as missing:
            raise Http404(str(missing)) from missing
    if first := domains_of(request.user).first():
        return first
    raise Http404(_("No tiene acceso a ningún dominio."))
