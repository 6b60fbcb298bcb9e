"""What may be spent on training: reserved before a start, settled by what was really trained."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, Q, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import number_format

from core import llm
from core.errors import Conflict
from core.models import Domain
from finetune.models import LIVE, Budget, FineTuningJob, JobStatus

MILLION = Decimal(1_000_000)
_MONEY = DecimalField(max_digits=12, decimal_places=4)


@dataclass(frozen=True)
class Standing:
    """The limits of a domain, and what was spent or is reserved of them; ``None`` is no limit."""

    currency: str
    per_run: Decimal | None
    per_day: Decimal | None
    today: Decimal
    per_month: Decimal | None
    this_month: Decimal


class OverBudget(Conflict):
    """The training would pass a limit; ``details`` say which, and what is spent already."""

    code = "over_budget"


def reserve(job: FineTuningJob) -> None:
    """Let a job that is about to be stored count against its domain's limits.

    Call it in the transaction that stores the job: the budget's row is locked, so that two starts
    do not pass one limit together. Raises :class:`OverBudget`.
    """
    budget = Budget.objects.select_for_update().filter(domain=job.domain_id).first()
    if budget is None:
        return
    if job.reserved is None:
        _refuse_unpriced(job)
        return
    _refuse_other_money(job, budget)
    found = _standing(budget)
    _refuse_over(found.per_run, Decimal(0), job, limit="run")
    _refuse_over(found.per_day, found.today, job, limit="day")
    _refuse_over(found.per_month, found.this_month, job, limit="month")


def standing(domain: Domain) -> Standing | None:
    """The domain's limits and what is spent of them; ``None`` where there is no budget."""
    budget = Budget.objects.filter(domain=domain).select_related("domain").first()
    return _standing(budget) if budget else None


def _standing(budget: Budget) -> Standing:
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return Standing(
        currency=budget.currency,
        per_run=budget.per_run,
        per_day=budget.per_day,
        today=spent(budget.domain, since=today),
        per_month=budget.per_month,
        this_month=spent(budget.domain, since=today.replace(day=1)),
    )


def spent(domain: Domain, *, since: datetime) -> Decimal:
    """What the domain's trainings cost, or hold reserved, that were started since then."""
    jobs = FineTuningJob.objects.filter(domain=domain, created_at__gte=since)
    settled = Coalesce(Sum("cost"), Value(0), output_field=_MONEY)
    held = Coalesce(
        Sum("reserved", filter=Q(status__in=LIVE, cost=None)), Value(0), output_field=_MONEY
    )
    return jobs.aggregate(total=settled + held)["total"]


def settle(job: FineTuningJob, *, surely: bool = True) -> None:
    """Write what an ended job cost, at the price it was estimated with.

    A success without a figure costs what was reserved; what never trained costs nothing. Unless
    that is sure (nobody knows what became of it), the reserved money stays spent.
    """
    if job.reserved is None:
        return
    if job.trained_tokens is not None:
        cost = cost_of(job.trained_tokens, Decimal(job.estimate["per_million"]))
    elif job.status == JobStatus.SUCCEEDED or not surely:
        cost = job.reserved
    else:
        cost = Decimal(0)
    FineTuningJob.objects.filter(pk=job.pk).update(cost=cost)
    job.cost = cost


def cost_of(tokens: int, per_million: Decimal) -> Decimal:
    """What training on so many tokens costs, to a hundredth of a cent.

    >>> cost_of(1_500_000, Decimal("3.00"))
    Decimal('4.5000')
    """
    return (tokens * per_million / MILLION).quantize(Decimal("0.0001"))


def _refuse_unpriced(job: FineTuningJob) -> None:
    """Without a price nobody can keep to a budget; this machine's own work costs no money."""
    if not llm.is_here(job.provider):
        raise OverBudget(
            f"No hay precio de «{job.provider}» para «{job.base_model}», y el dominio tiene un "
            "presupuesto. Escriba el precio primero.",
            code="price_missing",
            proveedor=job.provider,
            modelo_base=job.base_model,
        )


def _refuse_other_money(job: FineTuningJob, budget: Budget) -> None:
    currency = job.estimate["currency"]
    if currency != budget.currency:
        raise OverBudget(
            f"El precio está en {currency} y el presupuesto en {budget.currency}.",
            code="other_currency",
            precio=currency,
            presupuesto=budget.currency,
        )


LIMITS = {"run": "por entrenamiento", "day": "por día", "month": "por mes"}


def _refuse_over(most: Decimal | None, before: Decimal, job: FineTuningJob, *, limit: str) -> None:
    if most is None or job.reserved is None or before + job.reserved <= most:
        return
    figures: dict[str, Any] = {
        "limite": limit,
        "tope": str(most),
        "gastado": str(before),
        "estimado": str(job.reserved),
    }
    cost, top, spent = (number_format(it, 2) for it in (job.reserved, most, before))
    raise OverBudget(
        f"Costaría {cost} y el tope {LIMITS[limit]} es {top}; ya van {spent}.", **figures
    )
