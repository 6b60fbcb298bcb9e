"""The shrimp exporter with its catalogue and its price list in force, without its conversations."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.models import CatalogueEntry
from rag.models import Document, PriceList
from rag.prices import lists
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


@pytest.fixture(scope="module")
def shop(django_db_setup, django_db_blocker):
    """Made once for a module; each test takes back what it did."""
    with django_db_blocker.unblock():
        domain = a_shop()
        yield domain
        PriceList.objects.filter(domain=domain).delete()
        Document.objects.filter(domain=domain).delete()
        domain.delete()
