"""``/webhook/proformas``: the quotes of a domain, and each on paper."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import NotFound
from rag.models import Quote, QuoteLine
from rag.proforma import paper
from rag.proforma.quoting import client_of
from trainingsite.api.base import DOMAIN, WebhookView

PREFIX = "webhook/proformas"
MOST = 100


class QuoteLineSerializer(serializers.ModelSerializer):
    producto = serializers.CharField(source="product")
    talla = serializers.CharField(source="size")
    glaseo = serializers.DecimalField(max_digits=5, decimal_places=2, source="glaze")
    cantidad = serializers.DecimalField(max_digits=14, decimal_places=2, source="quantity")
    unidad = serializers.CharField(source="unit")
    precio_unitario = serializers.DecimalField(max_digits=14, decimal_places=4, source="unit_price")
    importe = serializers.DecimalField(max_digits=14, decimal_places=2, source="amount")

    class Meta:
        model = QuoteLine
        fields = [
            *("producto", "talla", "glaseo", "cantidad", "unidad"),
            *("precio_unitario", "importe"),
        ]


class QuoteSerializer(serializers.ModelSerializer):
    """A quote; amounts are texts, so that no cent is lost."""

    numero = serializers.CharField(source="number")
    destino = serializers.CharField(source="destination")
    moneda = serializers.CharField(source="currency")
    valida_hasta = serializers.DateField(source="valid_until")
    creada_en = serializers.DateTimeField(source="created_at")
    pdf = serializers.SerializerMethodField()
    html = serializers.SerializerMethodField()

    class Meta:
        model = Quote
        fields = [
            *("numero", "incoterm", "destino", "moneda", "total", "valida_hasta", "creada_en"),
            *("pdf", "html"),
        ]

    def get_pdf(self, quote: Quote) -> str:
        return reverse("quote-paper", args=[quote.number, "pdf"])

    def get_html(self, quote: Quote) -> str:
        return reverse("quote-paper", args=[quote.number, "html"])


class WholeQuoteSerializer(QuoteSerializer):
    """With its lines, and its client as long as their name may be known."""

    cliente = serializers.SerializerMethodField()
    lista_version = serializers.IntegerField(source="price_list.number")
    supuestos = serializers.ListField(child=serializers.CharField(), source="assumptions")
    lineas = QuoteLineSerializer(many=True, source="lines")

    class Meta(QuoteSerializer.Meta):
        fields = [
            *QuoteSerializer.Meta.fields,
            *("cliente", "lista_version", "supuestos", "lineas"),
        ]

    def get_cliente(self, quote: Quote) -> str:
        return client_of(quote)


class PageQuery(serializers.Serializer):
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=25)
    offset = serializers.IntegerField(min_value=0, max_value=10_000_000, default=0)


class QuotePage(serializers.Serializer):
    success = serializers.BooleanField()
    total = serializers.IntegerField()
    proformas = QuoteSerializer(many=True)


class QuoteEnvelope(serializers.Serializer):
    success = serializers.BooleanField()
    proforma = WholeQuoteSerializer()


class QuotesView(WebhookView):
    rights = {"GET": "rag.view_quote"}

    @extend_schema(operation_id="proformas", parameters=[DOMAIN, PageQuery], responses=QuotePage)
    def get(self, request: Request) -> Response:
        """The quotes of the domain, the newest first."""
        query = self.read(PageQuery, request.query_params.dict())
        rows = Quote.objects.filter(domain=self.domain)
        page = rows[query["offset"] : query["offset"] + query["limit"]]
        found = {"proformas": QuoteSerializer(page, many=True).data}
        return Response({"success": True, "total": rows.count(), **found})


class OneQuoteView(WebhookView):
    """What the views of one quote share."""

    rights = {"GET": "rag.view_quote"}

    def quote(self, number: str) -> Quote:
        return quote_among(Quote.objects.filter(domain=self.domain), number)


class QuoteView(OneQuoteView):
    @extend_schema(operation_id="proforma", parameters=[DOMAIN], responses=QuoteEnvelope)
    def get(self, request: Request, number: str) -> Response:
        """One quote."""
        told = WholeQuoteSerializer(self.quote(number)).data
        return Response({"success": True, "proforma": told})


class PaperView(OneQuoteView):
    @extend_schema(
        operation_id="proforma_papel",
        parameters=[DOMAIN],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, number: str, form: str) -> HttpResponse:
        """One quote on paper, as ``pdf`` or ``html``."""
        return paper.response(self.quote(number), form)


def quote_among(rows: QuerySet[Quote], number: str) -> Quote:
    """The quote of ``rows`` with that number; raises :class:`NotFound`."""
    can_be_one = number.isascii() and number.isprintable()
    found = (
        rows.select_related("price_list", "domain").filter(number=number)
        if can_be_one
        else rows.none()
    )
    if (quote := found.first()) is None:
        raise NotFound(_("No existe esa proforma."), numero="not_found")
    return quote


paths: list[URLPattern] = [
    path(PREFIX, QuotesView.as_view(), name="quotes"),
    path(f"{PREFIX}/<str:number>.<str:form>", PaperView.as_view(), name="quote-paper"),
    path(f"{PREFIX}/<str:number>", QuoteView.as_view(), name="quote"),
]
