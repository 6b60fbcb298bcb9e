"""The rows of a version: each line with its hash, and whose it is, by which yes, how it was masked.

Everything is checked before anything is kept.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from conversations.fingerprints import token_count
from conversations.models import ConsentEvent, Conversation, Purpose, Review
from core import audit
from core.copying import copy_in
from core.models import Domain, PromptVersion
from finetune import formats
from finetune.curation import Exclusion, Selection, Split
from finetune.datasets.checking import refuse_leaks, refuse_unfit, refuse_withdrawn
from finetune.formats.validation import around
from finetune.leakcheck import RULES
from finetune.models import Dataset, DatasetItem, Part

MESSAGES = 3  # of an example: the instructions, a question, an answer


def store(
    domain: Domain, selection: Selection, parts: Split, *, by: str, filters: dict[str, Any]
) -> Dataset:
    """Keep a selection as the domain's next version; the same content is the same version.

    ``filters`` say how it was chosen. Raises :class:`LeakFound`, and a refusal that names the
    lines for content that no provider would train.
    """
    prompt = domain.prompt
    items = _items(prompt, parts)
    refuse_leaks(domain, items)
    lines = {part: [_line(prompt, it) for it in items if it.part == part] for part in Part.values}
    refuse_unfit(lines[Part.TRAIN], lines[Part.VALID])
    sha256 = formats.fingerprint(*(b"".join(lines[part]) for part in Part.values))
    with transaction.atomic():
        Domain.objects.select_for_update(no_key=True).get(pk=domain.pk)  # one number each
        if known := _whole(domain, sha256):
            return known
        newest = domain.datasets.order_by("-number").first()
        dataset = Dataset.objects.create(
            domain=domain,
            number=newest.number + 1 if newest else 1,
            policy=domain.policy,
            prompt=prompt,
            sha256=sha256,
            filters={"min_stars": domain.min_stars, **filters},
            card=_card(items),
            considered=selection.considered,
            excluded=[without_words(it) for it in selection.excluded],
            created_by=by,
        )
        for item in items:
            item.dataset = dataset
        copy_in(items)
        refuse_withdrawn(dataset)  # under the lock that erasing takes: nobody slips in meanwhile
        audit.record("dataset_prepared", dataset, by=by, sha256=sha256)
    return dataset


def without_words(exclusion: Exclusion) -> dict[str, Any]:
    """What a log or a dataset, which never changes, may hold: nothing that a person wrote."""
    return {"id": exclusion["id"], "razon": exclusion["razon"]}


def _whole(domain: Domain, sha256: str) -> Dataset | None:
    """The version with this content; one that lost lines to an erasure can never have it again."""
    lost = DatasetItem.objects.erased().filter(dataset=OuterRef("pk"))
    return domain.datasets.filter(~Exists(lost), sha256=sha256).first()


@dataclass(frozen=True)
class _Facts:
    """What a line keeps of its conversations, by their keys."""

    rows: dict[int, dict[str, Any]]
    consents: dict[int, int]
    corrected: dict[int, str]


def _items(prompt: PromptVersion, parts: Split) -> list[DatasetItem]:
    facts = _facts_of([row.pk for row in (*parts.train, *parts.valid)])
    frame = around(MESSAGES) + token_count([prompt.bare])
    return [
        _item(prompt, facts, row, part=part, position=position, frame=frame)
        for part, rows in ((Part.TRAIN, parts.train), (Part.VALID, parts.valid))
        for position, row in enumerate(rows, start=1)
    ]


def _item(
    prompt: PromptVersion,
    facts: _Facts,
    row: Conversation,
    *,
    part: str,
    position: int,
    frame: int,
) -> DatasetItem:
    fact, rejected = facts.rows[row.pk], facts.corrected.get(row.pk, "")
    item = DatasetItem(
        conversation_id=row.pk,
        person_id=fact["person"],
        consent_id=facts.consents.get(fact["person"]),
        position=position,
        part=part,
        question=row.question,
        answer=row.answer,
        rejected="" if rejected == row.answer else rejected,
        category=fact["category"],
        cluster=getattr(row, "cluster", None),
        tokens=frame + (fact["token_count"] or token_count([row.question, row.answer])),
        anonymiser=fact["anonymiser"],
    )
    item.sha256 = formats.fingerprint(_line(prompt, item))
    return item


def _facts_of(conversations: list[int]) -> _Facts:
    """Three queries, however many lines there are."""
    kept = Conversation.objects.filter(pk__in=conversations)
    columns = ("pk", "person", "category", "anonymiser", "token_count")
    rows = {it["pk"]: it for it in kept.values(*columns)}
    latest = ConsentEvent.objects.filter(
        purpose=Purpose.TRAINING, person__in=kept.values("person")
    ).order_by("person", "-at", "-pk")
    consents = dict(latest.distinct("person").values_list("person", "pk"))
    return _Facts(rows, consents, _corrected(conversations))


def _corrected(conversations: list[int]) -> dict[int, str]:
    """The first answers that people corrected, as they were when they did."""
    edits = Review.objects.filter(
        conversation__in=conversations, undone=False, before__has_key="texts"
    ).order_by("conversation", "at", "pk")
    first = edits.distinct("conversation").values_list("conversation", "before__texts__answer")
    return {pk: answer for pk, answer in first if answer}


def _line(prompt: PromptVersion, item: DatasetItem) -> bytes:
    return formats.chat_line(system=prompt.bare, question=item.question, answer=item.answer)


def _card(items: list[DatasetItem]) -> dict[str, Any]:
    """What people read of a version before they train on it."""
    by_part = {part: [it for it in items if it.part == part] for part in Part.values}
    return {
        "examples": {part: len(rows) for part, rows in by_part.items()},
        "tokens": {part: sum(it.tokens or 0 for it in rows) for part, rows in by_part.items()},
        "longest": max((it.tokens or 0 for it in items), default=0),
        "categories": dict(Counter(it.category for it in items).most_common()),
        "people": len({it.person_id for it in items if it.person_id}),
        "without_person": sum(it.person_id is None for it in items),
        "clusters": len({it.cluster for it in items if it.cluster}),
        "corrected": sum(bool(it.rejected) for it in items),
        "in_both_parts": {
            "people": _shared(by_part, "person_id"),
            "clusters": _shared(by_part, "cluster"),
        },
        "anonymiser": sorted({it.anonymiser for it in items}),
        "leak_check": {"rules": RULES, "lines": len(items), "found": 0},
    }


def _shared(by_part: dict[str, list[DatasetItem]], name: str) -> int:
    sides: Iterable[set[Any]] = (
        {value for it in rows if (value := getattr(it, name))} for rows in by_part.values()
    )
    return len(set.intersection(*sides))
