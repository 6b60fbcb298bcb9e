"""What a version is, told: to programs (manifest), to people (card), beside another (diff)."""

import hashlib
import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from finetune import formats
from finetune.models import Dataset, DatasetItem, Part

SHOWN = 20  # first lines, and as many chance ones
_MEMBER = (
    "part",
    "position",
    "sha256",
    "conversation",
    "person",
    "consent",
    "category",
    "cluster",
    "tokens",
    "anonymiser",
)


@dataclass(frozen=True)
class Change:
    """What is not the same in two versions; lines are told apart by what they say.

    ``moved`` went to the other part. ``reworded`` are conversations that came with other words.
    """

    added: list[DatasetItem]
    removed: list[DatasetItem]
    moved: list[DatasetItem]
    reworded: list[int]
    same: int
    settings: dict[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Shown:
    """A line as it is trained, byte for byte."""

    part: str
    position: int
    conversation: int | None
    text: str


def manifest(dataset: Dataset) -> dict[str, Any]:
    """Everything that made a version, without a word of what people said (X14, Q47).

    The same each time, but for what an erasure takes from it: then the member's keys are gone,
    its place and its hash stay.
    """
    prompt = dataset.prompt
    members = dataset.items.order_by("part", "position")
    excluded = Counter(it["razon"].split(" que la conversación")[0] for it in dataset.excluded)
    return {
        "domain": dataset.domain.slug,
        "version": dataset.number,
        "sha256": dataset.sha256,
        "created_at": dataset.created_at.isoformat(),
        "created_by": dataset.created_by,
        "policy": dataset.policy,
        "filters": dataset.filters,
        "considered": dataset.considered,
        "excluded": dict(excluded.most_common()),
        "prompt": {
            "version": prompt.number,
            "sha256": hashlib.sha256(prompt.text.encode()).hexdigest(),
        },
        "anonymiser": dataset.card.get("anonymiser", []),
        "leak_check": dataset.card.get("leak_check"),
        "members": [
            dict(zip(_MEMBER, it, strict=True))
            for it in members.values_list(*_MEMBER).iterator(chunk_size=2000)
        ],
    }


def card(dataset: Dataset) -> dict[str, Any]:
    """The version as people judge it, with what became of it since."""
    reviews = dataset.reviews.values("by", "at", "note")
    return {
        **dataset.card,
        "erased": dataset.items.erased().count(),
        "reviewed": list(reviews),
        "considered": dataset.considered,
        "excluded": len(dataset.excluded),
    }


def diff(old: Dataset, new: Dataset) -> Change:
    """What is not the same in ``new``. Lines of one text count as often as they are there."""
    before, after = _by_hash(old), _by_hash(new)
    added = [it for sha256, its in after.items() for it in its[len(before.get(sha256, [])) :]]
    removed = [it for sha256, its in before.items() for it in its[len(after.get(sha256, [])) :]]
    kept = [
        (was, now)
        for sha256, its in after.items()
        for was, now in zip(before.get(sha256, []), its, strict=False)
    ]
    left = {it.conversation_id for it in removed}
    return Change(
        added=added,
        removed=removed,
        moved=[now for was, now in kept if was.part != now.part],
        reworded=sorted({it.conversation_id for it in added if it.conversation_id} & left),
        same=len(kept),
        settings={
            name: (was, now) for name, (was, now) in _settings(old, new).items() if was != now
        },
    )


def preview(dataset: Dataset, *, shown: int = SHOWN) -> list[Shown]:
    """The exact lines that are trained: the first ``shown``, then as many others by chance."""
    counted = dataset.items.aggregate(
        train=Count("pk", filter=Q(part=Part.TRAIN)), valid=Count("pk", filter=Q(part=Part.VALID))
    )
    ordered = dataset.items.order_by("part", "position")
    first = list(ordered[:shown])
    rest = range(len(first), counted["train"] + counted["valid"])
    places = sorted(random.sample(rest, min(shown, len(rest))))
    chance = _at(ordered, places, train=counted["train"])
    line = formats.LINES["chat"](dataset.prompt.bare)
    return [
        Shown(it.part, it.position, it.conversation_id, line(it.question, it.answer, "").decode())
        for it in (*first, *chance)
    ]


def _at(ordered: QuerySet[DatasetItem], places: list[int], *, train: int) -> QuerySet[DatasetItem]:
    """The items at ``places`` of the files, which count from 0 through both parts."""
    trained = [place + 1 for place in places if place < train]
    held_out = [place + 1 - train for place in places if place >= train]
    return ordered.filter(
        Q(part=Part.TRAIN, position__in=trained) | Q(part=Part.VALID, position__in=held_out)
    )


def _by_hash(dataset: Dataset) -> dict[str, list[DatasetItem]]:
    """The lines of a version without their words, by their hash."""
    found: dict[str, list[DatasetItem]] = {}
    light = dataset.items.defer("question", "answer", "rejected").order_by("part", "position")
    for item in light.iterator(chunk_size=2000):
        found.setdefault(item.sha256, []).append(item)
    return found


def _settings(old: Dataset, new: Dataset) -> dict[str, tuple[Any, Any]]:
    names = sorted({*old.filters, *new.filters})
    return {
        "policy": (old.policy, new.policy),
        "prompt": (old.prompt.number, new.prompt.number),
        **{name: (old.filters.get(name), new.filters.get(name)) for name in names},
    }
