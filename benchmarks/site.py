"""The site as benchmarks need it: an empty database, its sample domains, rows by the thousand."""

from django.core.management import call_command

from core.models import Domain
from trainingsite import samples


def migrate() -> None:
    """Make the tables in the benchmark's own database, which is empty."""
    call_command("migrate", verbosity=0)


def sample_domains() -> list[Domain]:
    """The product's three sample domains, loaded."""
    return [samples.load(slug) for slug in samples.SLUGS]
