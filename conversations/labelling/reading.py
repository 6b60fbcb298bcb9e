"""One message, one reading: the votes of the labellers, what won, and how sure that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conversations import qa
from conversations.calibration import Calibration
from conversations.catalogue import Catalogue
from conversations.entities import Entity, Value, finder
from conversations.labelling import examples, history, model, rules
from conversations.labelling.examples import Memory
from conversations.labelling.history import INTENT, OVERALL
from conversations.labelling.votes import Verdict, decide
from conversations.models import Conversation
from core.models import Domain


@dataclass(frozen=True)
class Context:
    """What labelling a message of one domain needs to know, asked for once for many messages."""

    catalogue: Catalogue
    memory: Memory | None
    calibrations: Mapping[str, Calibration]

    def calibrated(self, name: str, raw: float) -> float:
        """How often a part that was so sure was right."""
        return round(self.calibrations[name](raw), 4)


@dataclass(frozen=True)
class Reading:
    """What was read in a message: all that a :class:`Label` keeps of it."""

    intent: str
    fields: dict[str, Value]
    confidences: dict[str, float]
    confidence: float
    raw: dict[str, float]
    sources: dict[str, str]
    entities: list[Entity]
    qa_errors: list[qa.Error]
    labeller: str
    parse_errors: int = 0

    @property
    def qa_passed(self) -> bool:
        return not self.qa_errors


def context(domain: Domain, *, besides: int | None = None) -> Context:
    """Read the domain's catalogue, its reviewed examples and what they say of the labellers.

    ``besides`` is an exchange that is labelled again: it is no example of itself.
    """
    catalogue = Catalogue.of(domain)
    reviewed = examples.reviewed(domain).exclude(conversation=besides)
    names = [INTENT, *(it.name for it in catalogue.fields)]
    curves = history.calibrations(reviewed[: history.REVIEWS], names)
    return Context(catalogue, examples.remember(reviewed), curves)


def read(
    row: Conversation,
    known: Context,
    *,
    vector: Sequence[float] | None = None,
    answer: model.Answer | None = None,
    asked: str = "",
) -> Reading:
    """Label one exchange. ``vector`` is its question's, ``answer`` what the model ``asked`` said.

    Without either the other labellers decide.
    """
    catalogue = known.catalogue
    found = finder(catalogue).find(row.question)
    verdicts = {INTENT: _intent(row, known, found, vector, answer)}
    for it in catalogue.fields:
        votes = [rules.vote_on_field(it, found), answer.vote_on_field(it.name) if answer else None]
        verdicts[it.name] = decide(vote for vote in votes if vote)
    intent = str(verdicts[INTENT].value or "")
    fields = {it.name: verdicts[it.name].value for it in catalogue.fields}
    return Reading(
        intent=intent,
        fields=fields,
        sources={name: verdict.source for name, verdict in verdicts.items()},
        entities=found,
        qa_errors=qa.check(
            intent=intent, fields=fields, found=found, answer=row.answer, catalogue=catalogue
        ),
        labeller="+".join(
            filter(None, ["rules", "examples" if vector and known.memory else "", asked])
        ),
        parse_errors=answer.parse_errors if answer else 0,
        **_sureness(verdicts, known),
    )


def by_hand(
    row: Conversation, *, intent: str, fields: Mapping[str, Value], catalogue: Catalogue
) -> Reading:
    """What a person read: sure in every part, and still checked against the catalogue."""
    found = finder(catalogue).find(row.question)
    kept = {it.name: fields.get(it.name) for it in catalogue.fields}
    names = [INTENT, *kept]
    return Reading(
        intent=intent,
        fields=kept,
        confidences=dict.fromkeys(names, 1.0),
        confidence=1.0,
        raw={},
        sources=dict.fromkeys(names, "person"),
        entities=found,
        qa_errors=qa.check(
            intent=intent, fields=kept, found=found, answer=row.answer, catalogue=catalogue
        ),
        labeller="person",
    )


def _intent(
    row: Conversation,
    known: Context,
    found: Sequence[Entity],
    vector: Sequence[float] | None,
    answer: model.Answer | None,
) -> Verdict:
    votes = [
        rules.vote_on_intent(row.question, found, known.catalogue),
        known.memory.vote(vector) if known.memory and vector else None,
        answer.vote_on_intent() if answer else None,
    ]
    return decide(vote for vote in votes if vote)


def _sureness(verdicts: Mapping[str, Verdict], known: Context) -> dict[str, Any]:
    """How sure each part is, and the whole: as its weakest part, for one wrong part makes it wrong.

    Both are what the reviews made of it; the numbers before that are kept, to learn from.
    """
    raw = {name: verdict.confidence for name, verdict in verdicts.items()}
    overall = min(raw.values())
    return {
        "raw": raw | {OVERALL: overall},
        "confidences": {name: known.calibrated(name, sure) for name, sure in raw.items()},
        "confidence": known.calibrated(OVERALL, overall),
    }
