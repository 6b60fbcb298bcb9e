"""What the searches for messages said before have in common: each is a process of its own."""

import gc
import json
import resource
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from benchmarks.figure import seconds_of
from benchmarks.repeated import judged, messages


class Way(NamedTuple):
    """How one searches. Only ``search`` is timed."""

    prepare: Callable[[list[str]], Any]
    """Texts in their order -> the rows as they are stored before anybody searches."""
    search: Callable[[Any, float], list[bool]]
    """Those rows and a Jaccard -> of each, whether it was said before."""


def answer(ways: Mapping[str, Way]) -> None:
    """Answer ``{"way", "count": messages, "threshold": Jaccard}`` until standard input ends."""
    for line in sys.stdin:
        asked = json.loads(line)
        way, said = ways[asked["way"]], list(messages(asked["count"]))
        rows = way.prepare([it.text for it in said])
        gc.collect()
        gc.freeze()  # the rows are no part of the search
        before = peak()
        with seconds_of(time.process_time) as taken:
            removed = way.search(rows, asked["threshold"])
        found = judged(said, removed)._asdict()
        print(json.dumps(found | {"seconds": taken[0], "memory": peak() - before}), flush=True)


def peak() -> float:
    """The most kilobytes that this process has had in memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
