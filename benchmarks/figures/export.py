"""Rows a second of writing a dataset's chat files, beside Django's iterator with json.dumps.

Each runs in a process of its own. Ours scans every line for personal data and hashes the file
besides, which the peer does not. ``.peak`` is all the memory that the process ever had, with the
whole site loaded in it; ``.added`` is the export's own part of that, and ``.growth`` what ten
times the rows add to it.

Goals: at least 4 times the rows a second of ``.iterator()`` with ``json.dumps``, and at most 80 MB
however many rows there are: 200 thousand at the standard size, a million at the full.
"""

import hashlib
from collections.abc import Iterator
from functools import partial

from django.db import connection

from benchmarks import site
from benchmarks.figure import Figure, Goal, alternate, size
from benchmarks.processes import Peer
from core.models import Domain
from finetune import formats
from finetune.models import Dataset, Part

FASTER = Goal("ratio", ">=", 4)
SMALL = Goal("value", "<=", 80)
LITTLE = Goal("value", "<=", 30)
FLAT = Goal("value", "<=", 4)  # megabytes: 5 % of what is allowed
PEER = "iterator + json.dumps"
HELD_OUT = 10  # one line of so many
_FILL = """
INSERT INTO finetune_datasetitem
    (dataset_id, part, position, question, answer, rejected, category, anonymiser, sha256)
SELECT %s, %s, place, (%s::text[])[1 + place %% %s], (%s::text[])[1 + place %% %s], '', '', '', ''
FROM generate_series(1, %s) AS place
"""


def measure() -> Iterator[Figure]:
    site.migrate()
    rows = size(200_000, full=1_000_000)
    domain = site.samples.load("prestamos")
    small, large = a_dataset(domain, 1, rows // 10), a_dataset(domain, 2, rows)
    with Peer("export", environment=".venv") as ours, Peer("export", environment=".venv") as plain:
        idle = ours.ask(do="peak"), plain.ask(do="peak")
        ours.ask(do="product", dataset=small.pk)
        tenth = ours.ask(do="peak")
        value, theirs = alternate(
            partial(speed, ours, large, "product"), partial(speed, plain, large, "iterator")
        )
        peaks = ours.ask(do="peak"), plain.ask(do="peak")
    yield Figure("export", value, "filas/s", PEER, theirs, FASTER)
    yield Figure("export.peak", peaks[0], "MB", PEER, peaks[1], SMALL)
    added = [peak - before for peak, before in zip(peaks, idle, strict=True)]
    yield Figure("export.added", added[0], "MB", PEER, added[1], LITTLE)
    yield Figure("export.growth", peaks[0] - tenth, "MB", goal=FLAT)


def speed(writer: Peer, dataset: Dataset, way: str) -> float:
    """The rows a second of one export, by ``way``."""
    answer = writer.ask(do=way, dataset=dataset.pk)
    return float(answer["rows"] / answer["seconds"])


def a_dataset(domain: Domain, number: int, rows: int) -> Dataset:
    """A version with the sample exchanges again and again, a tenth of it held out."""
    pairs = list(domain.conversations.order_by("pk").values_list("question", "answer"))
    sizes = {Part.TRAIN: rows - rows // HELD_OUT, Part.VALID: rows // HELD_OUT}
    dataset = Dataset.objects.create(
        domain=domain,
        number=number,
        prompt=domain.prompt,
        sha256=fingerprint(domain.prompt.text, pairs, sizes),
        considered=rows,
        created_by="",
    )
    questions, answers = map(list, zip(*pairs, strict=True))
    with connection.cursor() as cursor:
        for part, total in sizes.items():
            texts = [questions, len(pairs), answers, len(pairs)]
            cursor.execute(_FILL, [dataset.pk, part, *texts, total])
        cursor.execute("ANALYZE finetune_datasetitem")
    return dataset


def fingerprint(system: str, pairs: list[tuple[str, str]], sizes: dict[Part, int]) -> str:
    """What the version's content must hash to."""
    line = formats.LINES["chat"](system)
    made = [line(question, answer, "") for question, answer in pairs]
    digests = []
    for total in sizes.values():
        digest = hashlib.sha256()
        for place in range(1, total + 1):
            digest.update(made[place % len(made)])
        digests.append(digest.digest())
    return formats.combined(digests)
