"""Versions of a price list: one in force, and everything that quotes it follows."""

from decimal import Decimal

import pytest

from conversations import qa
from conversations.catalogue import Catalogue
from core.errors import Conflict, Invalid
from core.models import AuditEvent
from rag.models import Document, ListedPrice, PriceList, PriceListState
from rag.prices import lists
from tests.factories import a_domain
from tests.rag.shop import a_list

pytestmark = pytest.mark.django_db

OTHER = b"producto,talla,precio\nHLSO,16/20,9.9\nHOSO,30/40,6.1\n"


def catalogue_of(domain):
    return Catalogue.read(domain.catalogue.filter(active=True), domain.texts)


def test_next_version_replaces_the_one_in_force_in_one_step(shop):
    made = a_list(shop, OTHER)
    assert lists.current(shop) == made
    assert PriceList.objects.filter(domain=shop, state=PriceListState.IN_FORCE).count() == 1
    assert AuditEvent.objects.filter(action="price_list_in_force", subject_id=made.pk).exists()


def test_catalogue_and_quality_control_go_by_the_list_in_force(shop):
    before = qa.check_prices("HLSO 16/20 a 12.10 USD/kg.", catalogue_of(shop))
    a_list(shop, OTHER.replace(b"9.9", b"11.9"))
    price = shop.catalogue.get(kind="price", code="HLSO 16/20")
    assert (price.minimum, price.maximum, price.unit) == (
        Decimal("11.9"),
        Decimal("11.9"),
        "USD/kg",
    )
    assert before
    assert not qa.check_prices("HLSO 16/20 a 12.10 USD/kg.", catalogue_of(shop))


def test_price_that_the_new_list_lacks_is_known_no_more(shop):
    a_list(shop, OTHER)
    assert not shop.catalogue.get(kind="price", code="HLSO 21/25").active


def test_list_is_one_document_whose_text_follows_the_versions(shop):
    first = lists.current(shop).document
    made = a_list(shop, OTHER)
    assert made.document == first
    made.document.refresh_from_db()
    assert "Precio de HLSO 16/20: 9.9 USD/kg." in made.document.text
    assert "HLSO 21/25" not in made.document.text


def test_preview_says_what_changes_from_old_to_new(shop):
    made = a_list(shop, OTHER, in_force=False)
    found = {(it.code, it.size): (it.old, it.new) for it in lists.changes(made)}
    assert found["HLSO", "16/20"] == (Decimal("9.4"), Decimal("9.9"))
    assert found["HLSO", "21/25"] == (Decimal("8.3"), None)
    assert ("HOSO", "30/40") not in found


def test_draft_changes_nothing_and_the_same_draft_is_one(shop):
    before = lists.current(shop)
    one, same = (a_list(shop, OTHER, in_force=False) for _ in range(2))
    assert one == same
    assert lists.current(shop) == before


def test_list_with_an_error_leaves_nothing(shop):
    before = ListedPrice.objects.count()
    with pytest.raises(Invalid):
        a_list(shop, OTHER + b"HLSO,21/25,94\n")
    assert ListedPrice.objects.count() == before


def test_list_that_is_over_is_not_put_in_force(shop):
    with pytest.raises(Conflict):
        a_list(shop, OTHER, days=-1)


def test_list_that_is_over_quotes_nothing_and_answers_lean_on_it_no_more(shop):
    made = a_list(shop, OTHER)
    PriceList.objects.filter(pk=made.pk).update(valid_from="2020-01-01", valid_until="2020-02-01")
    assert lists.current(shop) is None
    assert lists.retire_over() == 1
    made.refresh_from_db()
    assert (made.state, made.document) == (PriceListState.RETIRED, None)
    assert not Document.objects.get(domain=shop).active
    a_list(shop)
    assert Document.objects.get(domain=shop).active


def test_lists_of_two_businesses_know_nothing_of_each_other(shop):
    assert lists.current(a_domain("otra")) is None


def test_business_without_limits_gets_those_of_its_first_list():
    domain = a_domain("nueva", texts={"fields": [{"name": "product", "kinds": ["product"]}]})
    a_list(domain, OTHER)
    limits = domain.catalogue.get(kind="price_range", product="HLSO")
    assert (limits.minimum, limits.maximum) == (Decimal("9.9"), Decimal("9.9"))
