"""``/webhook/proformas``: quotes for who may see them, and on paper."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from pypdf import PdfReader

from rag.models import Quote
from tests.factories import a_client, a_domain, a_person
from tests.rag.shop import a_quote, shop  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db

WHERE = "/webhook/proformas"


@pytest.fixture
def quote(shop):  # noqa: F811
    return a_quote(a_person(shop))


@pytest.fixture
def client(quote):
    return a_client("bot", domain=quote.domain)


def test_list_holds_the_quotes_of_the_domain_without_names(client, quote):
    answer = client.get(WHERE).json()
    (found,) = answer["proformas"]
    assert (answer["total"], found["numero"], found["total"]) == (1, quote.number, "86400.00")
    assert "Mariscos" not in str(answer)


def test_one_tells_its_lines_its_assumptions_and_its_client_while_known(client, quote):
    found = client.get(f"{WHERE}/{quote.number}").json()["proforma"]
    assert found["cliente"] == "Mariscos del Golfo"
    assert found["lineas"] == [
        {
            "producto": "HLSO",
            "talla": "16/20",
            "glaseo": "10.00",
            "cantidad": "10000.00",
            "unidad": "kg",
            "precio_unitario": "8.6400",
            "importe": "86400.00",
        }
    ]
    assert found["supuestos"] == quote.assumptions
    Quote.objects.update(client_expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(f"{WHERE}/{quote.number}").json()["proforma"]["cliente"] == ""


def test_pdf_and_html_say_the_same(client, quote):
    pdf = client.get(f"{WHERE}/{quote.number}.pdf")
    page = client.get(f"{WHERE}/{quote.number}.html")
    assert (pdf["Content-Type"], pdf["Cache-Control"]) == ("application/pdf", "private, no-store")
    on_paper = "".join(it.extract_text() for it in PdfReader(io.BytesIO(pdf.content)).pages)
    for said in (quote.number, "Mariscos del Golfo", "86", "Houston", "0,18 USD/kg"):
        assert said in on_paper
        assert said in page.content.decode()


def test_what_a_client_calls_themselves_is_no_markup(shop, client):  # noqa: F811
    quote = a_quote(a_person(shop), client="<script>x</script> & Cía")
    assert "<script>" not in client.get(f"{WHERE}/{quote.number}.html").content.decode()
    assert client.get(f"{WHERE}/{quote.number}.pdf").status_code == 200


def test_quote_of_another_business_is_not_there(quote):
    other = a_client("admin", domain=a_domain("tienda"))
    assert other.get(f"{WHERE}/{quote.number}?dominio=tienda").status_code == 404
    assert other.get(f"{WHERE}/{quote.number}.pdf?dominio=tienda").status_code == 404


@pytest.mark.parametrize("path", ["/P-2026-9999", "/P-2026-0001.exe", "/%00", "?limit=0"])
def test_odd_requests_are_refused(client, path):
    assert client.get(WHERE + path).status_code in (404, 422)
