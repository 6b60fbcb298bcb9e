"""The shrimp exporter with its catalogue and its price list in force, without its conversations."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from conversations.catalogue import Catalogue
from conversations.models import CatalogueEntry
from rag.prices import lists
from rag.proforma import quoting
from rag.proforma.order import Order
from rag.proforma.pricing import Listed
from tests.conversations import catalogues
from tests.factories import a_domain
from trainingsite import samples

PRICES = samples.FOLDER / "camaron" / "prices.csv"


def a_shop(slug="camaron", *, prices=True, **fields):
    domain = a_domain(slug, texts=catalogues.texts(), **fields)
    CatalogueEntry.objects.bulk_create(
        CatalogueEntry(domain=domain, **row) for row in catalogues.rows()
    )
    if prices:
        a_list(domain)
    return domain


def a_list(domain, content=None, *, in_force=True, days=30):
    """A version of the prices of ``content`` (the sample's), valid for ``days`` from today."""
    today = timezone.localdate()
    sheet = lists.read(domain, content or PRICES.read_bytes())
    until = today + timedelta(days=days)
    made = lists.draft(domain, sheet, valid_from=min(today, until), valid_until=until, by="ana")
    if in_force:
        lists.put_in_force(made, by="ana")
    return made


def a_quote(person, *, client="Mariscos del Golfo"):
    """10 t of HLSO 16/20 with 10 % of glaze, CFR Houston: 86,400 dollars."""
    order = Order("HLSO", "16/20", "10", "10000", "Houston", "CFR", client)
    catalogue = Catalogue.read(person.domain.catalogue.all(), person.domain.texts)
    price_list = lists.current(person.domain)
    priced = Listed(price_list).price(order, catalogue)
    return quoting.make(person.domain, person, order, priced, price_list)


@pytest.fixture(scope="module")
def shop(django_db_setup, django_db_blocker):
    """Made once for a module and never committed; each test takes back what it did."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield a_shop()
        transaction.set_rollback(True)
