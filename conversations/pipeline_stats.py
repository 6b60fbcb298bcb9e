"""How far the exchanges of a domain's people came, counted in the tables, and adding up.

Stages exclude each other, so at any moment ``captured`` is the sum of ``filtered_out``,
``qa_passed``, ``qa_failed``, ``needs_review``, ``queue_size`` and ``dead`` (requirements, D10).
"""

from typing import Any

from django.db.models import Avg, Count, Exists, IntegerField, OuterRef, Q, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from conversations.models import (
    ConsentEvent,
    Conversation,
    ConversationQuerySet,
    Label,
    Origin,
    Person,
    Purpose,
    Stage,
)
from core.models import Domain
from core.work import WorkState

MASKS = {
    "phones_found": "PHONE",
    "emails_found": "EMAIL",
    "addresses_found": "ADDRESS",
    "id_numbers_found": "ID",
    "accounts_found": "ACCOUNT",
    "names_found": "NAME",
}
"""The contract's name of each count of masked data (requirements, 3.1 and D08)."""


def of_people(domain: Domain) -> ConversationQuerySet:
    """What the pipeline works on: exchanges of persons. Those of staff and sources skip it."""
    return Conversation.objects.filter(domain=domain, origin=Origin.PERSON)


def statistics(domain: Domain) -> dict[str, dict[str, Any]]:
    """The blocks ``pipeline``, ``anonymization``, ``sessions`` and ``quality`` (3.1).

    ``exported`` is the business of the room that exports, and is not among them.
    """
    found = _counts(domain)
    confidence = found.pop("average_confidence")
    masks = {name: found.pop(name) for name in MASKS}
    found["queue_size"] = found.pop("unprocessed") - found["dead"]
    quality = {
        "average_confidence": round(confidence, 4) if confidence is not None else None,
        "parse_errors": _parse_errors(domain),
        "dead": found.pop("dead"),
    }
    return {
        "pipeline": found,
        "anonymization": {"total_processed": found["anonymized"], **masks},
        "sessions": _people(domain),
        "quality": quality,
    }


def _counts(domain: Domain) -> dict[str, Any]:
    """Everything that one look at the exchanges tells.

    - ``captured``: kept, with consent, whatever became of them since;
    - ``anonymized``: of these, masked by known rules (all, unless older than the rules' versions);
    - ``filtered_out``: screened out before labelling;
    - ``analyzed``: those that have a label;
    - ``qa_passed`` = ``processed_size``: approved, by QA and confidence or by a person;
    - ``qa_failed`` = ``rejected_size``: rejected, by QA or by a person;
    - ``needs_review``: waiting for a person;
    - ``unprocessed``: not looked at yet; ``dead`` of them were given up after five tries.
    """
    labelled = Label.objects.filter(conversation=OuterRef("pk"), current=True)
    masks = {name: _sum_of(label) for name, label in MASKS.items()}
    return (
        of_people(domain)
        .annotate(labelled=Exists(labelled))
        .aggregate(
            captured=Count("pk"),
            anonymized=Count("pk", filter=~Q(anonymiser="")),
            filtered_out=_in(Stage.SCREENED_OUT),
            analyzed=Count("pk", filter=Q(labelled=True)),
            qa_passed=_in(Stage.APPROVED),
            qa_failed=_in(Stage.REJECTED),
            needs_review=_in(Stage.NEEDS_REVIEW),
            unprocessed=_in(Stage.CAPTURED),
            dead=Count("pk", filter=Q(stage=Stage.CAPTURED, processing__state=WorkState.DEAD)),
            processed_size=_in(Stage.APPROVED),
            rejected_size=_in(Stage.REJECTED),
            average_confidence=Avg("confidence"),
            **masks,
        )
    )


def _in(stage: str) -> Count:
    return Count("pk", filter=Q(stage=stage))


def _sum_of(label: str) -> Coalesce:
    return Coalesce(Sum(Cast(KT(f"masks__{label}"), IntegerField())), 0)


def _parse_errors(domain: Domain) -> int:
    """Answers of a language model that could not be read, ever."""
    labels = Label.objects.filter(conversation__domain=domain)
    return labels.aggregate(total=Coalesce(Sum("parse_errors"), 0))["total"]


def _people(domain: Domain) -> dict[str, Any]:
    """Persons known to the domain, and those whose latest word on training is a yes.

    Somebody who was asked and said no counts; somebody who was never asked is not known.
    """
    latest = ConsentEvent.objects.filter(person=OuterRef("pk"), purpose=Purpose.TRAINING)
    word = latest.order_by("-at", "-pk").values("granted")[:1]
    found = (
        Person.objects.filter(domain=domain)
        .annotate(granted=word)
        .aggregate(total=Count("pk"), with_consent=Count("pk", filter=Q(granted=True)))
    )
    total, agreed = found["total"], found["with_consent"]
    return found | {"consent_rate": f"{100 * agreed / total:.1f}%" if total else "0%"}
