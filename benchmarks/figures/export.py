"""Rows a second of writing a dataset's chat file, beside Django's iterator with json.dumps.

Each runs in a process of its own; ``.memory`` is what the export adds to the peak of the process
before it. Both write the same lines to a file.

Goals: at least 4 times the rows a second of ``.iterator()`` with ``json.dumps``, and memory that
does not grow with the rows (performance, 3): at most 30 MB, at the standard size and at the full.
"""

from collections.abc import Iterator
from functools import partial

from benchmarks import site
from benchmarks.figure import Figure, Goal, alternate, size
from benchmarks.processes import Peer
from finetune.models import Dataset, DatasetItem, Part

FASTER = Goal("ratio", ">=", 4)
SMALL = Goal("value", "<=", 30)
PEER = "iterator + json.dumps"


def measure() -> Iterator[Figure]:
    site.migrate()
    dataset = a_dataset(rows=size(20_000, full=200_000))
    with Peer("export", environment=".venv") as ours, Peer("export", environment=".venv") as plain:
        value, theirs = alternate(
            partial(speed, ours, dataset, "contents"), partial(speed, plain, dataset, "iterator")
        )
        added = ours.ask(do="added_memory"), plain.ask(do="added_memory")
    yield Figure("export", value, "filas/s", PEER, theirs, FASTER)
    yield Figure("export.memory", added[0], "MB", PEER, added[1], SMALL)


def speed(writer: Peer, dataset: Dataset, way: str) -> float:
    """The rows a second of one export, by ``way``."""
    answer = writer.ask(do=way, dataset=dataset.pk)
    return float(answer["rows"] / answer["seconds"])


def a_dataset(*, rows: int) -> Dataset:
    """A version with the sample exchanges again and again, a tenth of it held out."""
    domain = site.samples.load("prestamos")
    dataset = Dataset.objects.create(
        domain=domain, number=1, prompt=domain.prompt, sha256="", considered=rows, created_by=""
    )
    pairs = list(domain.conversations.values_list("question", "answer"))
    DatasetItem.objects.bulk_create(
        (
            DatasetItem(
                dataset=dataset,
                position=position,
                part=Part.VALID if position % 10 == 0 else Part.TRAIN,
                question=pairs[position % len(pairs)][0],
                answer=pairs[position % len(pairs)][1],
            )
            for position in range(rows)
        ),
        batch_size=5_000,
    )
    return dataset
