"""The site as benchmarks need it: an empty database, its sample domains, rows by the thousand."""

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection

from conversations.models import Conversation
from core.models import Domain
from trainingsite import samples

ADMINISTRATOR = "medidas"


def migrate() -> None:
    """Make the tables in the benchmark's own database, which is empty."""
    call_command("migrate", verbosity=0)


def sample_domains() -> list[Domain]:
    """The product's three sample domains, loaded."""
    return [samples.load(slug) for slug in samples.SLUGS]


def multiply(domain: Domain, *, rows: int) -> None:
    """Copy the conversations of ``domain`` until it has ``rows``, each a minute older."""
    own = Conversation.objects.filter(domain=domain)
    copied = [
        connection.ops.quote_name(str(field.column))
        for field in Conversation._meta.local_concrete_fields
        if field.column not in {"id", "outside_id", "creado_en"}
    ]
    columns = ", ".join(copied)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO conversaciones_ai ({columns}, creado_en)"  # noqa: S608 (our columns)
            f" SELECT {columns}, creado_en - copy * interval '1 minute'"
            " FROM conversaciones_ai CROSS JOIN generate_series(1, %s) AS copy"
            " WHERE domain_id = %s LIMIT %s",
            [rows // own.count() + 1, domain.pk, rows - own.count()],
        )
        cursor.execute("ANALYZE")


def administrator() -> User:
    """A user who sees everything, whom the peers find by name."""
    return User.objects.create_superuser(ADMINISTRATOR)
