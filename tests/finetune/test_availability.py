"""Bases that are no longer trained, and models that their provider takes away."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import Refusal
from core.models import AuditEvent
from finetune import activation, availability, tasks, training
from finetune.models import Dataset
from tests.finetune.makers import a_file, a_trained_model

pytestmark = pytest.mark.django_db


def day(days):
    return timezone.localdate() + timedelta(days=days)


@pytest.mark.parametrize("days", [0, -1, -400])
def test_a_provider_that_closed_is_refused_with_the_day(domain, training_provider, settings, days):
    file = a_file(domain)
    settings.LLM_PROVIDERS["local"]["trains_until"] = f"{day(days)}"
    with pytest.raises(Refusal) as refused:
        training.start(domain, file_id=file.file_id, by="ana")
    assert refused.value.code == "provider_closed"
    assert f"{day(days):%d/%m/%Y}" in str(refused.value)


def test_nothing_is_prepared_for_a_provider_that_closed(domain, training_provider, settings):
    settings.LLM_PROVIDERS["local"]["trains_until"] = f"{day(0)}"
    with pytest.raises(Refusal) as refused:
        a_file(domain)
    assert refused.value.code == "provider_closed"
    assert (Dataset.objects.exists(), training_provider.files) == (False, {})


def test_nothing_is_prepared_for_a_base_that_was_shut_down(domain, training_provider):
    training_provider.models["base-model"] = {"shutdown_date": f"{day(-1)}"}
    with pytest.raises(Refusal) as refused:
        a_file(domain)
    assert refused.value.code == "base_model_retired"
    assert (Dataset.objects.exists(), training_provider.files) == (False, {})


def test_a_provider_trains_until_its_day(domain, training_provider, settings):
    settings.LLM_PROVIDERS["local"]["trains_until"] = f"{day(1)}"
    assert training.start(domain, file_id=a_file(domain).file_id, by="ana").is_live


def test_a_model_gets_the_day_it_ends_once(domain, training_provider):
    model = a_trained_model(domain, training_provider)
    training_provider.models[model.name] = {"shutdown_date": f"{day(90)}"}
    assert tasks.check_models() == "1 changed, 0 providers failed"
    assert tasks.check_models() == "0 changed, 0 providers failed"
    model.refresh_from_db()
    assert model.ends_on == day(90)
    assert AuditEvent.objects.get(action="model_end_changed").details == {"fin": f"{day(90)}"}


def test_a_model_ends_with_its_base_at_the_latest(domain, training_provider):
    model = a_trained_model(domain, training_provider)
    training_provider.models[model.name] = {"shutdown_date": f"{day(90)}"}
    training_provider.models["base-model"] = {"shutdown_date": f"{day(54)}"}
    availability.check_models()
    model.refresh_from_db()
    assert model.ends_on == day(54)


def test_a_model_that_is_not_listed_but_has_its_page_stays(domain, training_provider):
    model = a_trained_model(domain, training_provider)
    del training_provider.models[model.name]
    assert tasks.check_models() == "0 changed, 0 providers failed"


def test_a_model_that_is_gone_answers_no_longer(domain, training_provider):
    model = a_trained_model(domain, training_provider)
    activation.activate(model, by="ana", reason="De prueba.")
    del training_provider.models[model.name]
    del training_provider.fake.replies[f"GET /models/{model.name}"]
    assert tasks.check_models() == "1 changed, 0 providers failed"
    model.refresh_from_db()
    assert model.gone_at
    assert activation.active(domain) is None
    assert tasks.check_models() == "0 changed, 0 providers failed"


def test_a_provider_without_pages_of_models_loses_none(domain, training_provider):
    model = a_trained_model(domain, training_provider)
    del training_provider.models[model.name]
    for name in (model.name, "base-model"):
        training_provider.fake.replies.pop(f"GET /models/{name}")
    assert tasks.check_models() == "0 changed, 0 providers failed"


def test_a_provider_that_is_down_changes_nothing(domain, training_provider, settings):
    a_trained_model(domain, training_provider)
    training_provider.faults["GET /models"] = ["cut"]
    assert tasks.check_models() == "0 changed, 1 providers failed"


def test_a_model_that_ends_today_is_not_activated(domain, training_provider):
    model = a_trained_model(domain, training_provider)
    training_provider.models[model.name] = {"shutdown_date": f"{day(0)}"}
    tasks.check_models()
    model.refresh_from_db()
    with pytest.raises(Refusal) as refused:
        activation.activate(model, by="ana", reason="De prueba.")
    assert refused.value.code == "model_not_usable"
