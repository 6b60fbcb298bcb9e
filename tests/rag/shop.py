"""The shrimp exporter with its catalogue and its price list in force, without its conversations."""

from datetime import timedelta

from django.utils import timezone

from conversations.models import CatalogueEntry
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
