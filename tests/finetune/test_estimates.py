"""What a training takes, told before it starts, and what it took."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from core.errors import Refusal
from finetune import estimates, training
from finetune.models import FineTuningJob, JobEvent, Method, Price
from tests.finetune.makers import a_file, a_submitted_job, a_trained_model

pytestmark = pytest.mark.django_db


def a_price(per_million=25, *, days=0, **fields):
    fields = {"provider": "local", "base_model": "base-model", "source": "la página"} | fields
    read_on = timezone.localdate() - timedelta(days=days)
    return Price.objects.create(per_million=Decimal(per_million), read_on=read_on, **fields)


def estimated(domain, **options):
    return estimates.estimate(a_file(domain).dataset, "local", "base-model", **options)


@pytest.mark.parametrize("epochs", [None, 1, 4])
def test_the_estimate_is_within_a_tenth_of_the_bill(domain, training_provider, epochs):
    a_price()
    job = a_submitted_job(domain, epochs=epochs)
    training_provider.succeed(job.openai_job_id)
    training.refresh(job)
    job.refresh_from_db()
    bill = training_provider.bill
    assert abs(job.estimate["tokens"] - bill) <= bill / 10
    assert job.cost == Decimal(bill * 25) / 1_000_000
    assert job.reserved == Decimal(job.estimate["cost"])


def test_a_version_without_counts_is_counted(domain, training_provider):
    kept = estimated(domain)
    domain.datasets.get().items.all()
    rows = domain.datasets.get().items
    counted = estimates._counted(domain.datasets.get(), rows.filter(part="train"))
    assert counted * kept.epochs == pytest.approx(kept.tokens, rel=0.02)


def test_the_newest_price_counts(domain, training_provider):
    a_price(3, days=1)
    a_price(1, days=9)
    a_price(9, provider="other")
    found = estimated(domain, epochs=1)
    assert found.per_million == 3
    assert found.cost == Decimal(found.tokens * 3).scaleb(-6).quantize(Decimal("0.0001"))
    assert found.currency == "USD"


def test_without_a_price_it_says_so(domain, training_provider):
    found = estimated(domain)
    assert found.cost is None
    assert "No hay precio" in " ".join(found.warnings)


def test_it_warns_of_few_examples_an_old_price_and_an_end_that_is_near(domain, training_provider):
    soon = timezone.localdate() + timedelta(days=29)
    training_provider.models["base-model"] = {"shutdown_date": f"{soon}"}
    a_price(days=91)
    found = estimated(domain)
    assert found.ends_on == soon
    assert len(found.warnings) == 3
    assert f"{soon:%d/%m/%Y}" in " ".join(found.warnings)


def test_the_day_that_a_provider_closes_is_told(domain, training_provider, settings):
    closes = timezone.localdate() + timedelta(days=29)
    settings.LLM_PROVIDERS["local"]["trains_until"] = f"{closes}"
    found = estimated(domain)
    assert found.closes_on == closes
    assert any(f"{closes:%d/%m/%Y}" in it for it in found.warnings)


def test_time_and_memory_are_those_of_the_training_before(domain, training_provider):
    assert estimated(domain).minutes is None
    job = a_trained_model(domain, training_provider).job
    begun = timezone.now()
    for seconds, data in ((0, {}), (60, {"peak_memory_mb": 900.4}), (120, {"step": 2})):
        at = begun + timedelta(seconds=seconds)
        JobEvent.objects.create(job=job, event_id=f"e{seconds}", at=at, data=data)
    tokens = FineTuningJob.objects.get().estimate["tokens"]

    found = estimated(domain, epochs=5)

    assert found.minutes == pytest.approx(2 * found.tokens / tokens, abs=0.1)
    assert found.memory_mb == 900
    assert estimates.measured("local", "other-base", tokens=9, method="supervised") == (None, None)


def test_a_machine_that_limits_its_steps_trains_fewer_tokens_and_says_so(domain, training_provider):
    whole = estimated(domain, epochs=10)  # of 12 examples, four a step: 30 steps
    training_provider.models["base-model"] = {"max_steps": 15}
    found = estimated(domain, epochs=10)
    assert (whole.max_steps, found.max_steps) == (None, 15)
    assert found.tokens == round(whole.tokens / 2)
    assert "como mucho 15 pasos" in " ".join(found.warnings)
    assert estimated(domain, epochs=10, options={"batch_size": 12}).tokens == whole.tokens


def test_the_steps_that_a_job_asks_for_count_where_they_are_obeyed(
    domain, training_provider, monkeypatch
):
    asked = {"epochs": 10, "options": {"max_steps": 3}}
    assert estimated(domain, **asked).max_steps == 3
    monkeypatch.setattr(estimates.llm, "is_here", lambda _name: False)
    assert estimated(domain, **asked).max_steps is None


def test_preferences_need_corrected_answers(domain, training_provider):
    file = a_file(domain)
    with pytest.raises(Refusal) as refused:
        training.start(domain, file_id=file.file_id, method=Method.DPO, by="ana")
    assert refused.value.code == "not_enough_examples"
    assert refused.value.details == {"minimo": 10, "listas": 0, "faltan": 10}
