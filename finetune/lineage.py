"""Where a model comes from, and where what somebody said or decided has gone.

Upwards: model, job, dataset version, line, decisions, exchange, consent. Downwards: person,
exchange or reviewer to every version, model and export.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from conversations.models import ConsentEvent, Conversation, Person, Rating, Review
from core.models import Domain
from finetune.models import (
    Activation,
    Dataset,
    DatasetItem,
    Evaluation,
    Export,
    FineTuningJob,
    TrainedModel,
)

SHOWN = 100  # lines of a version at a time


@dataclass(frozen=True)
class Step:
    """Something that a person decided about an exchange."""

    what: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Line:
    """A line of a version: the exchange it came from, who let it in, and who had agreed.

    Of an erased person only the place and the hash are left.
    """

    item: DatasetItem
    conversation: Conversation | None
    consent: ConsentEvent | None
    steps: list[Step]


@dataclass(frozen=True)
class Ancestry:
    """Everything that a model comes from; ``lines`` is a page of ``total``."""

    model: TrainedModel
    job: FineTuningJob
    dataset: Dataset
    evaluations: list[Evaluation]
    activations: list[Activation]
    lines: list[Line]
    total: int
    erased: int

    @property
    def in_service(self) -> bool:
        return any(it.retired_at is None for it in self.activations)


@dataclass(frozen=True)
class Reach:
    """Where lines have gone: how many there are, and every version, model and export they are in.

    Each model carries ``serving``, whether it answers now.
    """

    lines: int
    datasets: list[Dataset]
    models: list[TrainedModel]
    exports: list[Export]


def of_model(model: TrainedModel, *, limit: int = SHOWN, offset: int = 0) -> Ancestry:
    """What ``model`` comes from, with ``limit`` lines of its version after the first ``offset``."""
    dataset = model.job.dataset
    items = dataset.items.order_by("part", "position")
    counted = items.aggregate(total=Count("pk"), erased=Count("erased_at"))
    page = items.select_related("conversation", "consent")[offset : offset + limit]
    return Ancestry(
        model=model,
        job=model.job,
        dataset=dataset,
        evaluations=list(model.evaluations.finished()),
        activations=list(model.activations.all()),
        lines=_lines(list(page)),
        total=counted["total"],
        erased=counted["erased"],
    )


def of_person(person: Person) -> Reach:
    """Where what ``person`` said has gone, also when it has been erased since."""
    theirs = Q(person=person) | Q(conversation__person=person)
    return _reach(DatasetItem.objects.filter(theirs), Q(people=person))


def of_conversation(conversation: Conversation) -> Reach:
    """Where one exchange has gone."""
    return _reach(DatasetItem.objects.filter(conversation=conversation))


def of_reviewer(username: str, *, domain: Domain) -> Reach:
    """Where the exchanges of ``domain`` have gone that ``username`` rated or reviewed."""
    reviews = Review.objects.filter(
        by=username, undone=False, conversation=OuterRef("conversation")
    )
    ratings = Rating.objects.filter(by=username, conversation=OuterRef("conversation"))
    decided = Exists(reviews) | Exists(ratings) | Q(conversation__reviewed_by__username=username)
    return _reach(DatasetItem.objects.filter(decided, dataset__domain=domain))


def _reach(items: QuerySet[DatasetItem], held: Q | None = None) -> Reach:
    """``held`` finds exports that the items are in without a version of their own."""
    datasets = Dataset.objects.filter(Exists(items.filter(dataset=OuterRef("pk"))))
    serving = Activation.objects.current().filter(model=OuterRef("pk"))
    models = TrainedModel.objects.filter(job__dataset__in=datasets)
    inside = Q(dataset__in=datasets)
    exports = Export.objects.filter(inside | held if held else inside)
    return Reach(
        lines=items.count(),
        datasets=list(datasets.select_related("domain").order_by("pk")),
        models=list(models.annotate(serving=Exists(serving)).order_by("pk")),
        exports=list(exports.distinct().order_by("pk")),
    )


def _lines(items: list[DatasetItem]) -> list[Line]:
    steps = _steps([it.conversation_id for it in items if it.conversation_id])
    return [Line(it, it.conversation, it.consent, steps[it.conversation_id or 0]) for it in items]


def _steps(conversations: Iterable[int]) -> dict[int, list[Step]]:
    """What people decided about each exchange, in order: two queries, however many there are."""
    found: dict[int, list[Step]] = defaultdict(list)
    of_these = Q(conversation__in=list(conversations))
    for rating in Rating.objects.filter(of_these):
        what = f"{rating.get_reason_display()}: {rating.stars or '–'}"
        found[rating.conversation_id].append(Step(what, rating.by, rating.at))
    for review in Review.objects.filter(of_these, undone=False):
        step = Step(str(review.get_action_display()), review.by, review.at)
        found[review.conversation_id].append(step)
    for steps in found.values():
        steps.sort(key=lambda it: it.at)
    return found
