"""A quote as an answer to a browser: it names a person, so nobody on the way keeps it."""

from collections.abc import Callable

from django.http import Http404, HttpResponse

from rag.models import Quote
from rag.proforma import printing

FORMS: dict[str, tuple[str, Callable[[Quote], str | bytes]]] = {
    "html": ("text/html; charset=utf-8", printing.html),
    "pdf": ("application/pdf", printing.pdf),
}


def response(quote: Quote, form: str) -> HttpResponse:
    """``quote`` on paper, as ``html`` or ``pdf``; raises :class:`Http404` for another form."""
    if form not in FORMS:
        raise Http404
    kind, print_it = FORMS[form]
    answer = HttpResponse(print_it(quote), content_type=kind)
    answer["Content-Disposition"] = f'inline; filename="{quote.number}.{form}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
