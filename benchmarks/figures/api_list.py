"""The middle time of a page of 50 conversations from the API, beside a plain ModelViewSet of DRF.

Both count the rows and sort them by date; the first page and the last. Goal: at most a quarter more
than the plain viewset, since ours also looks up the domain and the right (a line of this project).
``.queries`` counts what each asks of the database; it has no goal.
"""

from collections.abc import Iterator

from benchmarks import pages, site
from benchmarks.figure import Figure, Goal, size

AS_FAST = Goal("ratio", "<=", 1.25)
ROWS = 50


def measure() -> Iterator[Figure]:
    site.migrate()
    domain = site.samples.load("prestamos")
    site.administrator()
    rows = size(20_000, full=200_000)
    site.multiply(domain, rows=rows)
    for name, page in {"api_list": 1, "api_list.last": rows // ROWS}.items():
        yield from pages.compare(
            name,
            ours=f"/api/v1/ai/training/conversaciones?per_page={ROWS}&page={page}",
            stock=f"/api/conversations/?page={page}",
            peer="ModelViewSet",
            goal=AS_FAST,
        )
