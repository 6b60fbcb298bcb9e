"""``/chat/<slug>/proformas/<number>.pdf``: a quote on paper, for whom it was made."""

from django.http import HttpResponse
from rest_framework.request import Request

from rag.models import Quote
from rag.proforma import paper
from trainingsite.api.quotes import quote_among
from trainingsite.chat.base import VisitorView


class QuoteView(VisitorView):
    """One quote, to its own visitor."""

    def get(self, request: Request, slug: str, number: str) -> HttpResponse:
        mine = Quote.objects.filter(domain=self.domain, person=self.person)
        return paper.response(quote_among(mine, number), "pdf")
