"""Exchanges of the shrimp domain on their way through the pipeline."""

from conversations.capture import capture
from conversations.models import CatalogueEntry
from tests.conversations.catalogues import rows, texts
from tests.factories import a_domain, a_person

SURE = "Hola, ¿a cómo tienen el HLSO 16/20?"
UNSURE = "Hola, ¿y el camarón, qué me cuenta de esa talla grande?"
TOLD = "El HLSO 16/20 está a 9.40 USD/kg FOB Guayaquil."


def shrimp_domain():
    """The sample domain without its conversations."""
    domain = a_domain("camaron", texts=texts())
    CatalogueEntry.objects.bulk_create(CatalogueEntry(domain=domain, **row) for row in rows())
    return domain


def waiting(domain, question=SURE, answer=TOLD, *, person=None, **fields):
    """An exchange of a person that waits to be processed."""
    return capture(
        domain=domain,
        question=question,
        answer=answer,
        origin="person",
        person=person or a_person(domain, consents=True),
        **fields,
    )


def after(row):
    row.refresh_from_db()
    return row
