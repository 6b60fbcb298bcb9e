"""Whether labels are right without any language model, and whether their sureness is true.

On hand-written requests to a shrimp exporter. Of one half (the examples) a reviewer corrects each
label before the next lot is read, as at work; of the other half, written by other people, labels
are only compared. The peer is the rules alone, as on a domain's first day.

Goals: 0.85 of the intents, 0.9 of the products and of the sizes of unseen messages (lines of this
project). The calibration error is the mean distance between how sure labels are and how many are
right; it has no goal.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import site
from benchmarks.figure import Figure, Goal
from benchmarks.processes import model_server
from conversations import calibration, embedding, labelling, pipeline
from conversations.capture import capture
from conversations.labelling import Reading
from conversations.models import Conversation, Origin
from core.models import Domain
from trainingsite import samples

DATA = Path(__file__).parent.parent / "data"
GOALS = {"intent": Goal("value", ">=", 0.85)}
GOALS |= dict.fromkeys(("product", "size"), Goal("value", ">=", 0.9))
LOT = 20
REPLY = "Con gusto le ayudo."

Request = dict[str, Any]
Pair = tuple[Conversation, Request]


def measure() -> Iterator[Figure]:
    site.migrate()
    domain = samples.load("camaron")
    with model_server():
        unseen = kept(domain, requests("unseen"))
        alone = [pipeline.read(row) for row, _ in unseen]
        examples = kept(domain, requests("examples"))
        for start in range(0, len(examples), LOT):
            review(examples[start : start + LOT])
        readings = [pipeline.read(row) for row, _ in unseen]
    truths = [truth for _, truth in unseen]
    for name in ("intent", "product", "size", "glaseo_percentage", "destination", "quantity"):
        value, peer = share(readings, truths, name), share(alone, truths, name)
        yield Figure(f"labels.{name}", value, "parte", "solo reglas", peer, GOALS.get(name))
    for name in ("intent", "label"):
        value, peer = error(readings, truths, name), error(alone, truths, name)
        yield Figure(f"labels.{name}_calibration_error", value, "", "solo reglas", peer)


def requests(name: str) -> list[Request]:
    """The requests of one half, each with what a careful salesperson marks in it."""
    file = DATA / f"requests_{name}.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def kept(domain: Domain, truths: Sequence[Request]) -> list[Pair]:
    """The requests as exchanges of the site, their questions embedded."""
    rows = [
        capture(domain=domain, question=it["text"], answer=REPLY, origin=Origin.STAFF)
        for it in truths
    ]
    embedding.fill(limit=10_000)
    stored = Conversation.objects.select_related("domain").in_bulk([row.pk for row in rows])
    return [(stored[row.pk], truth) for row, truth in zip(rows, truths, strict=True)]


def review(lot: Sequence[Pair]) -> None:
    """Have the machine label each, then a person write what is true."""
    known = labelling.context(lot[0][0].domain)
    for row, truth in lot:
        machine = labelling.read(row, known, vector=list(row.embedding))
        labelling.write(row, machine)
        fields = {it.name: truth[it.name] for it in known.catalogue.fields}
        person = labelling.by_hand(
            row, intent=truth["intent"], fields=fields, catalogue=known.catalogue
        )
        labelling.write(row, person, by="persona")


def is_right(reading: Reading, truth: Request, name: str) -> bool:
    """Whether the intent, a field or the whole label is as marked; quantities compare as text."""
    if name == "label":
        return all(is_right(reading, truth, it) for it in ("intent", *reading.fields))
    if name == "intent":
        return reading.intent == truth["intent"]
    return reading.fields[name] == truth[name]


def share(readings: Sequence[Reading], truths: Sequence[Request], name: str) -> float:
    pairs = zip(readings, truths, strict=True)
    return sum(is_right(reading, truth, name) for reading, truth in pairs) / len(truths)


def error(readings: Sequence[Reading], truths: Sequence[Request], name: str) -> float:
    return calibration.error(
        [
            (
                reading.confidence if name == "label" else reading.confidences[name],
                is_right(reading, truth, name),
            )
            for reading, truth in zip(readings, truths, strict=True)
        ]
    )
