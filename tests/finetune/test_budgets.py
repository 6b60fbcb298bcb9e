"""Hard limits: what is reserved before a start, and settled by what was trained."""

from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from finetune import budgets, training
from finetune.budgets import OverBudget
from finetune.models import Budget, FineTuningJob
from tests.factories import a_domain
from tests.finetune.makers import a_file, a_queued_job, a_submitted_job
from tests.finetune.test_estimates import a_price

pytestmark = pytest.mark.django_db


def costs(domain, **options):
    """What a start would reserve."""
    file = a_file(domain)
    return training.checked(domain, file_id=file.file_id, by="ana", **options).reserved


def a_budget(domain, **limits):
    return Budget.objects.create(domain=domain, **limits)


def refused(domain, **options):
    with pytest.raises(OverBudget) as caught:
        a_queued_job(domain, **options)
    return caught.value


@pytest.fixture
def dear(domain, training_provider):
    """A training costs tens of dollars."""
    a_price(25_000)
    return domain


@pytest.mark.parametrize("limit", ["per_run", "per_day", "per_month"])
def test_a_start_over_a_limit_is_refused_with_the_numbers(dear, limit):
    cost = costs(dear)
    a_budget(dear, **{limit: cost - 1})
    refusal = refused(dear)
    assert (refusal.status_code, refusal.details["limite"]) == (409, limit.removeprefix("per_"))
    assert refusal.details["estimado"] == str(cost)
    assert not FineTuningJob.objects.exists()


def test_a_start_at_the_limit_is_let_through(dear):
    cost = costs(dear)
    a_budget(dear, per_run=cost.quantize(Decimal("0.01")) + 1, per_day=2 * cost + 1)
    job = a_queued_job(dear)
    assert job.reserved == cost


def test_what_runs_counts_as_spent(dear):
    cost = costs(dear)
    a_budget(dear, per_day=cost * 3 / 2)
    a_queued_job(dear)
    assert refused(dear, options={"seed": 2}).details["gastado"] == str(cost)


def test_what_was_cancelled_before_it_ran_is_free_again(dear):
    a_budget(dear, per_day=costs(dear) * 3 / 2)
    job = training.cancel(a_queued_job(dear), by="ana")
    assert job.cost == 0
    assert a_queued_job(dear).is_live


def test_what_was_trained_counts_by_its_tokens(dear, training_provider):
    a_budget(dear, per_month=1000)
    job = a_submitted_job(dear)
    training_provider.succeed(job.openai_job_id)
    training_provider.job["trained_tokens"] = 1000
    training.refresh(job)
    today = timezone.now() - timedelta(days=1)
    assert budgets.spent(dear, since=today) == Decimal("25.0000")


def test_a_success_without_a_figure_costs_what_was_reserved(dear, training_provider):
    job = a_submitted_job(dear)
    training_provider.succeed(job.openai_job_id)
    training_provider.job["trained_tokens"] = None
    training.refresh(job)
    job.refresh_from_db()
    assert job.cost == job.reserved


def test_yesterday_is_not_today_and_last_month_is_not_this(dear):
    a_queued_job(dear)
    long_ago = timezone.now() - timedelta(days=40)
    FineTuningJob.objects.update(created_at=long_ago)
    a_budget(dear, per_day=costs(dear) + 1, per_month=costs(dear) + 1)
    assert a_queued_job(dear, options={"seed": 2}).is_live


def test_another_domain_has_its_own_money(dear):
    other = a_domain("otro", base_model="base-model")
    a_queued_job(other)
    a_budget(dear, per_day=costs(dear) + 1)
    assert a_queued_job(dear).is_live


def test_the_work_of_this_machine_needs_no_price(domain, training_provider):
    a_budget(domain, per_run=0)
    assert a_queued_job(domain).reserved is None


def test_elsewhere_a_budget_needs_a_price(domain, training_provider, settings):
    job = training.checked(domain, file_id=a_file(domain).file_id, by="ana")
    a_budget(domain, per_run=9)
    settings.LLM_PROVIDERS["local"]["base_url"] = "https://models.example/v1"
    with pytest.raises(OverBudget) as refused:
        training.queue(job, by="ana")
    assert refused.value.code == "price_missing"


def test_money_of_two_kinds_is_not_added(dear):
    a_budget(dear, per_run=9999, currency="COP")
    assert refused(dear).code == "other_currency"


@pytest.mark.django_db(transaction=True)
def test_two_starts_at_once_do_not_pass_one_limit(dear):
    a_budget(dear, per_day=costs(dear) * 3 / 2)
    file = a_file(dear)
    jobs = [
        training.checked(dear, file_id=file.file_id, options={"seed": seed}, by="ana")
        for seed in (1, 2)
    ]
    ready, refusals = Barrier(2), []

    def go(job):
        ready.wait()
        try:
            training.queue(job, by="ana")
        except OverBudget as refusal:
            refusals.append(refusal)
        finally:
            connection.close()

    threads = [Thread(target=go, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (FineTuningJob.objects.count(), len(refusals)) == (1, 1)
