"""Pages asked for inside a process: how long one takes, how often it asks the database."""

from collections.abc import Iterator
from functools import partial

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.figure import Figure, Goal, alternate, seconds_of
from benchmarks.processes import Peer
from benchmarks.site import ADMINISTRATOR

WARM = 3  # visits before the first that counts: templates are compiled, URLs resolved
VISITS = 21


class Visitor:
    """A user of staff, signed in."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.client.force_login(user)

    def warm_up(self, page: str) -> None:
        for _ in range(WARM):
            self.visit(page)

    def milliseconds(self, page: str) -> float:
        with seconds_of() as taken:
            self.visit(page)
        return taken[0] * 1000

    def queries(self, page: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            self.visit(page)
        return len(captured)

    def visit(self, page: str) -> None:
        """Get a page. Raises RuntimeError for anything but a page."""
        response = self.client.get(page)
        if response.status_code != 200:
            raise RuntimeError(
                f"{page} answered {response.status_code}: {response.content[:300]!r}"
            )


def compare(name: str, *, ours: str, stock: str, peer: str, goal: Goal) -> Iterator[Figure]:
    """The middle time of one of our pages and its queries, beside those of a stock page."""
    visitor = Visitor(User.objects.get(username=ADMINISTRATOR))
    variables = {"DJANGO_SETTINGS_MODULE": "benchmarks.peers.stock_settings"}
    with Peer("stock", environment=".venv", **variables) as other:
        visitor.warm_up(ours)
        other.ask(do="warm_up", page=stock)
        value, theirs = alternate(
            partial(visitor.milliseconds, ours),
            partial(other.ask, do="milliseconds", page=stock),
            rounds=VISITS,
        )
        asked = other.ask(do="queries", page=stock)
    yield Figure(name, value, "ms", peer, theirs, goal)
    yield Figure(f"{name}.queries", visitor.queries(ours), "consultas", peer, asked)
