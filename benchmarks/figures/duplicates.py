"""Messages a second looked through for near-duplicates, beside datasketch's MinHashLSH.

Both get the same messages, real Spanish of which three in ten were said before in nearly the same
words (``benchmarks.repeated``), and the same Jaccard, the product's. ``duplicates`` is what
curation does with rows as they are stored, with their bands; ``.texts`` makes the bands too, which
capture does once. datasketch keeps nothing between two searches: it has the texts. The seconds are
the processor's. ``.at_07`` are both at the Jaccard that such searches are usually shown with.

Goals (performance, 2): at least 5 times datasketch's messages a second and at least its recall; of
what is removed at most one in a thousand wrongly; time that grows no faster than the messages to
the power of 1.1, from 10 thousand to 100 thousand (full: to a million).
"""

import math
from collections.abc import Iterator
from functools import partial

from benchmarks.figure import Figure, Goal, alternate, size
from benchmarks.processes import Peer
from finetune.curation import NEAR

FASTER = Goal("ratio", ">=", 5)
AS_MANY = Goal("ratio", ">=", 1)
FEW = Goal("value", "<=", 0.001)
LINEAR = Goal("value", "<=", 1.1)
PEER = "datasketch MinHashLSH"
LOOSE = 0.7
FEWEST = 10_000


def measure() -> Iterator[Figure]:
    count = size(20_000, full=100_000)
    with (
        Peer("clusters", environment=".venv") as product,
        Peer("datasketch_lsh", environment=".venv-bench") as datasketch,
    ):
        theirs = partial(speed, datasketch, "texts", count)
        for name, way, goal in (("", "rows", FASTER), (".texts", "texts", None)):
            value, peers = alternate(partial(speed, product, way, count), theirs, rounds=3)
            yield Figure(f"duplicates{name}", value, "mensajes/s", PEER, peers, goal)
        for suffix, threshold in (("", NEAR), (".at_07", LOOSE)):
            ours = look(product, "rows", count, threshold)
            other = look(datasketch, "texts", count, threshold)
            name = f"duplicates{suffix}"
            recalls = ours["recall"], "parte hallada", PEER, other["recall"]
            yield Figure(f"{name}.recall", *recalls, AS_MANY if threshold == NEAR else None)
            yield Figure(f"{name}.wrong", ours["wrong"], "parte", PEER, other["wrong"], FEW)
    yield from growth()


def growth() -> Iterator[Figure]:
    """How time grows with the messages, and what a message costs in memory."""
    most = size(100_000, full=1_000_000)
    with Peer("clusters", environment=".venv") as product:
        few = min(look(product, "rows", FEWEST)["seconds"] for _ in range(3))
        many = look(product, "rows", most)
    with Peer("clusters", environment=".venv") as product:
        added = look(product, "texts", most)["memory"]  # of rows that are not kept beside it
    exponent = math.log(many["seconds"] / few) / math.log(most / FEWEST)
    yield Figure("duplicates.growth", exponent, "exponente", goal=LINEAR)
    yield Figure("duplicates.memory", added / most, "KB/mensaje")


def speed(peer: Peer, way: str, count: int) -> float:
    return count / float(look(peer, way, count)["seconds"])


def look(peer: Peer, way: str, count: int, threshold: float = NEAR) -> dict[str, float]:
    found: dict[str, float] = peer.ask(way=way, count=count, threshold=threshold)
    return found
