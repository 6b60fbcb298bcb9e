"""The middle time of the admin's list of conversations, beside a stock ModelAdmin of the table.

The same columns, filters and search. Goal: at the standard 20,000 rows no slower than the stock
page; with ``FULL=1`` (a million rows) a tenth of it (performance, 6: a fiftieth at five million,
where the stock page counts and groups every row). ``.queries`` has no goal.
"""

from collections.abc import Iterator

from benchmarks import pages, site
from benchmarks.figure import Figure, Goal, is_full, size

PAGE = "/admin/conversations/conversation/"


def measure() -> Iterator[Figure]:
    site.migrate()
    domain = site.samples.load("prestamos")
    site.administrator()
    site.multiply(domain, rows=size(20_000, full=1_000_000))
    goal = Goal("ratio", "<=", 0.1 if is_full() else 1)
    first, last = PAGE, f"{PAGE}?stage__exact=approved&q=cuota"
    for name, page in {"admin_list": first, "admin_list.search": last}.items():
        yield from pages.compare(name, ours=page, stock=page, peer="ModelAdmin", goal=goal)
