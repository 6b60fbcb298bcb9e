"""What the hand-written dialogues do not show: what is kept, for how long, and once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from core.models import AuditEvent, Domain
from rag import dialogues
from rag.models import Dialogue, PriceList, Quote
from rag.proforma import quoting
from tests.factories import a_person
from tests.rag.proforma.scripts import WHOLE, say
from tests.rag.shop import a_list, a_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(shop):
    return a_person(shop)


def test_price_is_list_price_by_glaze_factor_plus_freight(customer):
    quote = say(customer, WHOLE, "sí").quote
    (line,) = quote.lines.all()
    assert line.unit_price == Decimal("9.40") * Decimal("0.90") + Decimal("0.18")
    assert (line.amount, quote.total, quote.currency) == (Decimal(86400), Decimal(86400), "USD")


def test_fob_is_without_freight_and_names_no_place(customer):
    quote = say(customer, WHOLE, "mejor FOB", "sí").quote
    assert (quote.incoterm, quote.destination, quote.total) == ("FOB", "", Decimal(84600))


def test_quote_tells_what_it_rests_on_and_the_terms_of_the_business(shop, customer):
    shop.texts["quote_terms"] = ["Pago al contado."]
    shop.save(update_fields=["texts"])
    quote = say(customer, WHOLE, "sí").quote
    assert quote.assumptions == [
        f"Lista de precios versión {quote.price_list.number}: 9,40 USD/kg FOB, sin glaseo.",
        "Glaseo 10 %: factor 0,90; la cantidad es peso bruto.",
        "Flete a Houston: 0,18 USD/kg.",
        "Pago al contado.",
    ]


def test_quote_is_never_valid_for_longer_than_its_list(shop, customer):
    a_list(shop, days=2)
    quote = say(customer, WHOLE, "sí").quote
    assert quote.valid_until == timezone.localdate() + timedelta(days=2)


def test_size_is_offered_among_those_that_the_product_has_a_price_for(customer):
    said = say(customer, "proforma de HOSO 16/20")
    assert (said.step, said.about) == ("offer", "size")
    assert "20/30" in said.text


def test_offered_value_is_taken_with_a_yes(customer):
    said = say(customer, "proforma de HOSO talla 71/90, 10 toneladas, sin glaseo", "sí, esa")
    assert said.step == "confirm"
    assert "HOSO 70/80" in said.text


def test_correction_after_the_summary_needs_another_yes(customer):
    assert say(customer, WHOLE, "sí, pero que sean 12 toneladas").step == "confirm"
    assert say(customer, "sí").quote.lines.get().quantity == 12_000


def test_second_yes_makes_no_second_quote(customer):
    assert say(customer, WHOLE, "sí", "sí") is None
    assert Quote.objects.filter(person=customer).count() == 1


def test_numbers_of_a_year_go_on_and_those_of_another_business_are_its_own(shop, customer):
    year = timezone.localdate().year
    assert [say(customer, WHOLE, "sí").quote.number for _ in range(2)] == [
        f"P-{year}-0001",
        f"P-{year}-0002",
    ]
    Quote.objects.filter(number__endswith="-0002").update(number=f"P-{year}-9999")
    assert say(a_person(shop), WHOLE, "sí").quote.number == f"P-{year}-10000"
    assert say(a_person(a_shop("otra")), WHOLE, "sí").quote.number == f"P-{year}-0001"


def test_client_is_sealed_and_forgotten_when_the_dialogue_would_be(customer):
    quote = say(customer, WHOLE, "a nombre de Mariscos del Golfo", "sí").quote
    assert quoting.client_of(quote) == "Mariscos del Golfo"
    assert "Mariscos" not in Quote.objects.get(pk=quote.pk).client
    over = timezone.now() - timedelta(seconds=1)
    Quote.objects.filter(pk=quote.pk).update(client_expires_at=over)
    quote.refresh_from_db()
    assert quoting.client_of(quote) == ""
    assert quoting.forget_clients() == 1
    assert Quote.objects.get(pk=quote.pk).client == ""


def test_open_order_is_sealed_and_ends_with_its_dialogue(customer):
    say(customer, "proforma de HLSO 16/20 a nombre de Mariscos del Golfo")
    assert "HLSO" not in Dialogue.objects.get(person=customer).sealed
    Dialogue.objects.update(expires_at=timezone.now())
    assert say(customer, "10% de glaseo") is None


def test_audit_names_the_quote_and_nobody(customer):
    quote = say(customer, WHOLE, "a nombre de Ana Pérez", "sí").quote
    event = AuditEvent.objects.get(action="quote_made", subject_id=quote.pk)
    assert event.details == {"number": quote.number, "version": quote.price_list.number}


@pytest.mark.parametrize("ends", ["none", "over", "begins"])
def test_without_a_list_in_force_nothing_is_quoted(shop, customer, ends):
    say(customer, WHOLE)
    days = {"none": {}, "over": {"valid_from": "2020-01-01", "valid_until": "2020-02-01"}}
    rows = PriceList.objects.filter(domain=shop)
    if ends == "none":
        rows.update(state="retired")
    else:
        rows.update(**days.get(ends, {"valid_from": "2100-01-01", "valid_until": "2100-02-01"}))
    said = say(customer, "sí")
    assert (said.step, said.quote) == ("refused", None)
    assert not Quote.objects.filter(person=customer).exists()


def test_price_that_the_catalogue_no_longer_allows_is_not_quoted(shop, customer):
    shop.catalogue.filter(kind="price_range", product="HLSO").update(minimum=1, maximum=2)
    said = say(customer, WHOLE)
    assert (said.step, said.quote) == ("refused", None)


@pytest.mark.parametrize(
    "message",
    [
        "¿Cuánto cuesta el HLSO 16/20?",
        "¿cuánto tiempo vale una proforma?",
        "Hola, buenos días",
        "¿Qué datos necesitan para una cotización?",
        "sí",
    ],
)
def test_what_wants_no_proforma_opens_none(customer, message):
    assert say(customer, message) is None
    assert not dialogues.load(dialogues.opened(customer, "chat"))


def test_business_without_that_intent_has_no_proformas():
    person = a_person(Domain.objects.create(slug="sin", name="Sin"))
    assert say(person, WHOLE) is None
