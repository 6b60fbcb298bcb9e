import pytest
from django.db import IntegrityError, transaction

from core.errors import NotFound, Refusal
from core.models import AuditEvent, Setting
from finetune import activation, training
from finetune.models import Activation, FineTuningJob
from tests.factories import a_domain
from tests.finetune.makers import a_queued_job, a_trained_model

pytestmark = pytest.mark.django_db


def setting(domain, key):
    return Setting.objects.get(category="AI", subcategory=domain.slug, key=key).value


def test_no_model_is_active_at_first(domain):
    assert activation.active(domain) is None


def test_an_activated_model_answers(domain, training_provider):
    model = a_trained_model(domain, training_provider)
    activation.activate(model, by="ana", reason="De prueba.")
    assert activation.active(domain) == model
    assert setting(domain, "modelo_fine_tuned") == setting(domain, "modelo") == model.name
    assert AuditEvent.objects.get(action="model_activated").details == {
        "before": None,
        "veredicto": "unclear",
        "aprobado_por": "",
        "forzado": False,
    }


def test_nobody_writes_the_settings_of_the_model_in_service(domain, training_provider):
    activation.activate(a_trained_model(domain, training_provider), by="ana", reason="De prueba.")
    kept = Setting.objects.filter(category="AI", subcategory=domain.slug)
    assert set(kept.values_list("key", "read_only")) == {
        ("modelo", True),
        ("modelo_fine_tuned", True),
    }


def test_the_next_one_retires_it_and_going_back_is_activating_again(domain, training_provider):
    first = a_trained_model(domain, training_provider, name="ft:first")
    second = a_trained_model(domain, training_provider, name="ft:second")
    for model in (first, second, first):
        activation.activate(model, by="ana", reason="De prueba.")
    assert activation.active(domain) == first
    history = Activation.objects.order_by("pk").values_list("model__name", "retired_at")
    assert [name for name, _ in history] == ["ft:first", "ft:second", "ft:first"]
    assert [retired is None for _, retired in history] == [False, False, True]


def test_activating_the_active_one_changes_nothing(domain, training_provider):
    model = a_trained_model(domain, training_provider)
    assert activation.activate(model, by="ana", reason="De prueba.") == activation.activate(
        model, by="eva"
    )
    assert Activation.objects.count() == 1


def test_domains_do_not_disturb_each_other(domain, training_provider):
    other = a_domain("otro", base_model="base-model")
    ours = a_trained_model(domain, training_provider, name="ft:ours")
    theirs = a_trained_model(other, training_provider, name="ft:theirs")
    activation.activate(ours, by="ana", reason="De prueba.")
    activation.activate(theirs, by="ana", reason="De prueba.")
    assert (activation.active(domain), activation.active(other)) == (ours, theirs)
    assert setting(domain, "modelo") == "ft:ours"


def test_deactivating_leaves_the_untrained_model(domain, training_provider):
    domain.answer_model = "base-model"
    domain.save()
    activation.activate(a_trained_model(domain, training_provider), by="ana", reason="De prueba.")
    assert activation.deactivate(domain, by="ana")
    assert activation.active(domain) is None
    assert (setting(domain, "modelo_fine_tuned"), setting(domain, "modelo")) == ("", "base-model")
    assert not activation.deactivate(domain, by="ana")


def test_the_database_refuses_two_active_ones(domain, training_provider):
    model = a_trained_model(domain, training_provider)
    activation.activate(model, by="ana", reason="De prueba.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Activation.objects.create(domain=domain, model=model, activated_by="ana")


def test_a_model_is_found_by_its_name_in_its_domain_only(domain, training_provider):
    model = a_trained_model(domain, training_provider)
    assert activation.model_named(domain, model.name) == model
    with pytest.raises(NotFound):
        activation.model_named(a_domain("otro"), model.name)


def test_a_job_that_did_not_succeed_has_no_model_to_activate(domain, training_provider):
    job = training.cancel(a_queued_job(domain), by="ana")
    FineTuningJob.objects.update(trained_model="ft:half")
    for name in (job.openai_job_id, "ft:half"):
        with pytest.raises(Refusal) as refused:
            activation.model_named(domain, name)
        assert refused.value.code == "job_not_succeeded"


def test_asking_who_is_active_is_one_query(domain, training_provider, django_assert_num_queries):
    activation.activate(a_trained_model(domain, training_provider), by="ana", reason="De prueba.")
    with django_assert_num_queries(1):
        assert activation.active(domain).prompt.text
