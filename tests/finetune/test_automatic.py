"""A training that starts by itself: only where it was turned on, announced, within a budget."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.models import AuditEvent
from finetune import automatic, tasks
from finetune.models import AutoTraining, Budget, FineTuningJob
from tests.finetune.makers import a_queued_job, examples
from tests.finetune.test_estimates import a_price

pytestmark = pytest.mark.django_db


@pytest.fixture
def setting(domain, training_provider):
    """Turned on, with as many examples as it takes."""
    AutoTraining.objects.create(domain=domain, new_examples=12)
    examples(domain, 12)
    return automatic.turn_on(domain, by="ana")


def waited(setting):
    """The announcement is as old as it must be."""
    long_ago = timezone.now() - timedelta(hours=setting.wait_hours)
    AutoTraining.objects.update(announced_at=long_ago)


def actions():
    return set(AuditEvent.objects.filter(actor="automatic").values_list("action", flat=True))


def test_off_is_how_it_comes(domain, training_provider):
    AutoTraining.objects.create(domain=domain, new_examples=10)
    examples(domain, 12)
    assert tasks.train_by_itself() == "off everywhere"
    assert not AutoTraining(domain=domain).enabled


def test_it_is_announced_first_and_starts_later(setting, training_provider):
    assert tasks.train_by_itself() == "prestamos: announced"
    setting.refresh_from_db()
    assert automatic.starts_at(setting) == setting.announced_at + timedelta(hours=24)
    said = AuditEvent.objects.get(action="auto_training_announced")
    assert said.details == {"ejemplos": 12, "horas": 24}
    assert tasks.train_by_itself() == "prestamos: announced"
    assert not FineTuningJob.objects.exists()

    waited(setting)
    tasks.train_by_itself()

    job = FineTuningJob.objects.get()
    assert (job.automatic, job.created_by, job.status) == (True, "automatic", "pending")
    setting.refresh_from_db()
    assert automatic.starts_at(setting) is None
    assert tasks.train_by_itself() == "prestamos: a training is under way"


def test_too_few_new_examples_announce_nothing(setting):
    AutoTraining.objects.update(new_examples=13)
    assert tasks.train_by_itself() == "prestamos: 12 new examples"
    assert actions() == set()


def test_what_was_learnt_from_is_not_new(setting, domain):
    a_queued_job(domain).move_to("cancelled")
    examples(domain, 3)
    assert automatic.new_examples(domain) == 3


def test_turning_it_off_stops_what_was_announced(setting, domain):
    tasks.train_by_itself()
    waited(setting)
    automatic.turn_off(domain, by="eva")
    assert tasks.train_by_itself() == "off everywhere"
    assert not FineTuningJob.objects.exists()
    assert AuditEvent.objects.get(action="auto_training_off").actor == "eva"

    automatic.turn_on(domain, by="eva")
    assert tasks.train_by_itself() == "prestamos: announced"


def test_who_turns_it_off_at_the_last_moment_is_heard(setting, domain, monkeypatch):
    tasks.train_by_itself()
    waited(setting)
    stale = AutoTraining.objects.select_related("domain").get()
    automatic.turn_off(domain, by="eva")
    assert automatic._step(stale) == "nothing to do"


def test_without_a_budget_nothing_that_costs_money_starts(setting):
    a_price()
    tasks.train_by_itself()
    waited(setting)
    assert tasks.train_by_itself() == "prestamos: refused: budget_missing"
    assert AuditEvent.objects.get(action="auto_training_refused").details == {
        "motivo": "budget_missing"
    }


@pytest.mark.parametrize(("per_run", "started"), [(1000, True), (0, False)])
def test_it_keeps_to_the_budget(setting, domain, per_run, started):
    a_price()
    Budget.objects.create(domain=domain, per_run=per_run)
    tasks.train_by_itself()
    waited(setting)
    tasks.train_by_itself()
    assert FineTuningJob.objects.exists() is started


def test_a_provider_that_is_away_is_asked_again_the_next_time(setting, training_provider):
    tasks.train_by_itself()
    waited(setting)
    training_provider.faults["GET /models"] = ["cut"]
    assert tasks.train_by_itself() == "prestamos: the provider is away"
    assert tasks.train_by_itself().startswith("prestamos: started run-")


def test_the_reasons_against_it_are_kept():
    assert len(automatic.REASONS_AGAINST) >= 3
