"""Whether labels are right without any capable language model, and whether their sureness is true.

On hand-written requests to a shrimp exporter. Of one half (the examples) a reviewer corrects each
label before the next lot is read, as at work; of the other half, written by other people, labels
are only compared. ``seen`` figures are of the examples, each read as if nobody had reviewed it; the
rules' words were chosen on them, so they say little. The unseen ones were never looked at, but
measured more than once: after changes that other texts had called for. ``.low`` and ``.high`` are
the ends of the 95 % interval.

The peers: the rules alone, as on a domain's first day; always the commonest intent of the examples;
and the small model that comes with the product, asked for nothing but the intent.

Goals: 0.85 of the intents, 0.9 of the products and of the sizes of unseen messages (lines of this
project). The calibration error is the mean distance between how sure labels are and how many are
right; it has no goal.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import intervals, site
from benchmarks.figure import Figure, Goal
from benchmarks.processes import model_server
from conversations import calibration, embedding, labelling, pipeline
from conversations.capture import capture
from conversations.labelling import Reading
from conversations.models import Conversation, Origin
from core import llm
from core.models import Domain
from trainingsite import samples

DATA = Path(__file__).parent.parent / "data"
GOALS = {"intent": Goal("value", ">=", 0.85)}
GOALS |= dict.fromkeys(("product", "size"), Goal("value", ">=", 0.9))
FIELDS = ("intent", "product", "size", "glaseo_percentage", "destination", "quantity")
LOT = 20
REPLY = "Con gusto le ayudo."
UNIT = "parte de 1"
RULES = "solo reglas"

Request = dict[str, Any]
Pair = tuple[Conversation, Request]


def measure() -> Iterator[Figure]:
    site.migrate()
    domain = samples.load("camaron")
    with model_server():
        unseen, examples = (kept(domain, requests(half)) for half in ("unseen", "examples"))
        alone = [pipeline.read(row) for row, _ in unseen]
        for start in range(0, len(examples), LOT):
            review(examples[start : start + LOT])
        readings = [pipeline.read(row) for row, _ in unseen]
        again = [pipeline.read(row) for row, _ in examples]
        truths, seen = ([truth for _, truth in half] for half in (unseen, examples))
        yield from shares(readings, alone, truths)
        yield from errors(readings, alone, truths)
        yield from beside_others(share(readings, truths, "intent"), domain, truths, seen)
    for name in GOALS:
        yield Figure(f"labels.seen.{name}", share(again, seen, name), UNIT)


def shares(
    readings: Sequence[Reading], alone: Sequence[Reading], truths: Sequence[Request]
) -> Iterator[Figure]:
    """How many are right of each part, with its interval, beside the rules alone."""
    for name in FIELDS:
        value, peer = share(readings, truths, name), share(alone, truths, name)
        yield Figure(f"labels.{name}", value, UNIT, RULES, peer, GOALS.get(name))
        low, high = intervals.of_share(round(value * len(truths)), len(truths))
        yield Figure(f"labels.{name}.low", low, UNIT)
        yield Figure(f"labels.{name}.high", high, UNIT)


def errors(
    readings: Sequence[Reading], alone: Sequence[Reading], truths: Sequence[Request]
) -> Iterator[Figure]:
    for name in ("intent", "label"):
        value, peer = error(readings, truths, name), error(alone, truths, name)
        yield Figure(f"labels.{name}_calibration_error", value, UNIT, RULES, peer)


def beside_others(
    intent: float, domain: Domain, truths: Sequence[Request], seen: Sequence[Request]
) -> Iterator[Figure]:
    """The share of right intents beside those who do not know the domain."""
    (commonest, _), *_ = Counter(it["intent"] for it in seen).most_common(1)
    guessed = sum(it["intent"] == commonest for it in truths) / len(truths)
    yield Figure("labels.intent_or_commonest", intent, UNIT, "la intención más común", guessed)
    asked = sum(small_model(it["text"], domain) == it["intent"] for it in truths) / len(truths)
    yield Figure("labels.intent_or_small_model", intent, UNIT, "modelo pequeño local", asked)


def small_model(text: str, domain: Domain) -> Any:
    """The intent that the demonstration model answers, held to the domain's list."""
    meanings = {it["name"]: it["description"] for it in domain.texts["intents"]}
    task = f"Di la intención del mensaje: {json.dumps(meanings, ensure_ascii=False)}"
    reply = llm.complete_json(
        "local",
        [{"role": "system", "content": task}, {"role": "user", "content": text}],
        schema={
            "type": "object",
            "properties": {"intent": {"enum": [*meanings]}},
            "required": ["intent"],
            "additionalProperties": False,
        },
        model=llm.provider("local").chat_model,
        temperature=0,
        max_tokens=20,
    )
    return (reply or {}).get("intent")


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
        return all(is_right(reading, truth, it) for it in FIELDS)
    if name == "intent":
        return bool(reading.intent == truth["intent"])
    return bool(reading.fields[name] == truth[name])


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
