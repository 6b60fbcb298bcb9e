"""What a training will take, said before the button is pressed (requirements, 7.8; Q18).

Tokens are counted offline with OpenAI's vocabulary. Money comes from a price that somebody wrote
down with its date; time and memory from what earlier trainings of the same base took.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.db.models import Count, Max, Min, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.fingerprints import token_count
from core import llm
from finetune import availability, speeds
from finetune.budgets import cost_of
from finetune.formats.validation import around
from finetune.models import (
    Dataset,
    DatasetItem,
    FineTuningJob,
    JobEvent,
    JobStatus,
    Method,
    Part,
    Price,
)

MESSAGES = 3  # of an example
FEW = 50  # examples, under which a provider promises little
SOON = timedelta(days=30)
OLD_PRICE = timedelta(days=90)
BATCH_SHARE, FEWEST_IN_BATCH, MOST_IN_BATCH = 0.002, 4, 256  # examples a step
MEASURED = 5  # the newest trainings that a speed is taken from


@dataclass(frozen=True)
class Estimate:
    """What it takes: ``cost`` is unknown without a price, time and memory before a first training.

    ``tokens`` are those of all epochs together, which is what providers bill; fewer where the
    provider does at most ``max_steps``.
    """

    examples: int
    epochs: int
    tokens: int
    cost: Decimal | None = None
    currency: str = ""
    per_million: Decimal | None = None
    price_read_on: date | None = None
    max_steps: int | None = None
    minutes: float | None = None
    memory_mb: int | None = None
    closes_on: date | None = None
    ends_on: date | None = None
    warnings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As a job keeps it: money and days as texts."""
        return {
            name: str(value) if isinstance(value, Decimal | date) else value
            for name, value in asdict(self).items()
        }


def estimate(
    dataset: Dataset,
    provider: str,
    base_model: str,
    *,
    epochs: int | None = None,
    method: str = Method.SUPERVISED,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> Estimate:
    """What training ``base_model`` on ``dataset`` at ``provider`` will take.

    ``options`` are :mod:`finetune.parameters`. The provider is asked whether it trains that base,
    and until when: raises what :func:`finetune.availability.trainable` does. How fast this machine
    trains it is measured in the background where nobody knows.
    """
    base = availability.trainable(provider, base_model)
    rounds, examples, once = epochs_and_tokens(dataset, epochs=epochs, method=method)
    most = options.get("max_steps") if llm.is_here(provider) else None
    limit = most or base.max_steps
    done = share_done(examples, rounds, batch_size=options.get("batch_size"), limit=limit)
    tokens = round(once * rounds * done)
    price = price_of(provider, base_model)
    minutes, memory = measured(provider, base_model, tokens=tokens, method=method)
    if minutes is None:
        speeds.ask(provider, base_model)
    found = Estimate(
        examples=examples,
        epochs=rounds,
        tokens=tokens,
        cost=cost_of(tokens, price.per_million) if price else None,
        currency=price.currency if price else "",
        per_million=price.per_million if price else None,
        price_read_on=price.read_on if price else None,
        max_steps=limit if done < 1 else None,
        minutes=minutes,
        memory_mb=memory,
        closes_on=availability.closes_on(provider),
        ends_on=base.ends,
    )
    return _with_warnings(found)


def auto_epochs(examples: int) -> int:
    """The rounds that providers choose for so many examples, by OpenAI's published defaults.

    >>> [auto_epochs(it) for it in (10, 40, 1_000, 20_000)]
    [10, 3, 3, 1]
    """
    if examples * 3 < 100:
        return min(25, -(-100 // max(examples, 1)))
    return 3 if examples * 3 <= 25_000 else max(1, 25_000 // examples)


def share_done(examples: int, rounds: int, *, batch_size: int | None, limit: int | None) -> float:
    """The part of a training that at most ``limit`` steps do; batches as providers choose them.

    >>> share_done(40, 3, batch_size=None, limit=120), share_done(800, 3, batch_size=None, limit=60)
    (1, 0.1)
    """
    chosen = batch_size or min(MOST_IN_BATCH, max(FEWEST_IN_BATCH, round(examples * BATCH_SHARE)))
    steps = rounds * -(-examples // chosen)
    return 1 if limit is None or steps <= limit else limit / steps


def epochs_and_tokens(dataset: Dataset, *, epochs: int | None, method: str) -> tuple[int, int, int]:
    """The rounds, the examples, and the tokens of one round.

    A version keeps its tokens; they are counted where it is older than that, and a preference has
    a second answer to count.
    """
    rows = dataset.items.filter(part=Part.TRAIN)
    if method == Method.DPO:
        rows = rows.exclude(rejected="")
    kept = rows.aggregate(number=Count("pk"), tokens=Coalesce(Sum("tokens"), 0))
    tokens = kept["tokens"] + _counted(dataset, rows.filter(tokens=None))
    if method == Method.DPO:
        tokens += token_count(rows.order_by().values_list("rejected", flat=True))
    return epochs or auto_epochs(kept["number"]), kept["number"], tokens


def _counted(dataset: Dataset, rows: QuerySet[DatasetItem]) -> int:
    texts = list(rows.order_by().values_list("question", "answer"))
    frame = around(MESSAGES) + token_count([dataset.prompt.bare])
    return sum(token_count(it) for it in texts) + frame * len(texts)


def price_of(provider: str, base_model: str) -> Price | None:
    """The price that was read last, by its day."""
    prices = Price.objects.filter(provider=provider, base_model=base_model)
    return prices.order_by("-read_on", "-pk").first()


def measured(
    provider: str, base_model: str, *, tokens: int, method: str
) -> tuple[float | None, int | None]:
    """Minutes and megabytes that so many tokens will take, by the newest trainings like it.

    The time is between a training's first event and its last; the slowest of them counts. Before
    there is one, a measurement of a few steps tells (:mod:`finetune.speeds`).
    """
    jobs = FineTuningJob.objects.filter(
        provider=provider, base_model=base_model, method=method, status=JobStatus.SUCCEEDED
    )
    newest = jobs.filter(estimate__tokens__gt=0, events__isnull=False).distinct()[:MEASURED]
    paces = [pace for job in newest if (pace := _seconds_per_token(job))]
    if not paces:
        speed = speeds.of(provider, base_model)
        return (speed.minutes_for(tokens), speed.memory_mb) if speed else (None, None)
    minutes = round(max(paces) * tokens / 60, 1)
    kept = JobEvent.objects.filter(job__in=[job.pk for job in newest])
    peaks = kept.filter(data__has_key="peak_memory_mb").values_list("data", flat=True)
    return minutes, max((round(it["peak_memory_mb"]) for it in peaks), default=None)


def _seconds_per_token(job: FineTuningJob) -> float | None:
    times = job.events.aggregate(first=Min("at"), last=Max("at"))
    seconds = (times["last"] - times["first"]).total_seconds()
    return seconds / job.estimate["tokens"] if seconds > 0 else None


def _with_warnings(found: Estimate) -> Estimate:
    said = []
    today = timezone.localdate()
    if found.examples < FEW:
        said.append(_("Con menos de %d ejemplos el modelo mejora poco o nada.") % FEW)
    if found.max_steps:
        limit = _("Se entrena como mucho %d pasos: no verá todos los ejemplos todas las veces.")
        said.append(limit % found.max_steps)
    for day, text in (
        (found.closes_on, _("El proveedor deja de aceptar entrenamientos el %s.")),
        (found.ends_on, _("El modelo base, y lo que se entrene con él, se retira el %s.")),
    ):
        if day and day - today < SOON:
            said.append(text % f"{day:%d/%m/%Y}")
    if found.price_read_on and today - found.price_read_on > OLD_PRICE:
        said.append(_("El precio se leyó el %s; compruébelo.") % f"{found.price_read_on:%d/%m/%Y}")
    if found.cost is None:
        said.append(_("No hay precio escrito para este modelo base en este proveedor."))
    return replace(found, warnings=tuple(said))
