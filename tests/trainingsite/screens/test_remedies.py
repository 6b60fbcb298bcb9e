"""Models that learnt from erased people: listed, told what is to be done, and taken away."""

import pytest
from django.urls import reverse
from django.utils import timezone

from finetune.activation import active
from finetune.models import Activation, DatasetItem, TrainedModel
from tests.factories import a_domain
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import a_trained_model

LIST = reverse("admin:finetune_trainedmodel_changelist")


@pytest.fixture
def training(provider):
    return FakeTraining(provider)


@pytest.fixture
def model(domain, training):
    """Of two models, the one that learnt from somebody who has been erased since."""
    flagged = a_trained_model(domain, training)
    first = flagged.job.dataset.items.first()
    items = DatasetItem.objects.filter(pk=first.pk)
    items.update(question="", answer="", erased_at=timezone.now())
    a_trained_model(a_domain("otro", base_model="base-model"), training, name="ft:otro")
    return flagged


@pytest.fixture
def deleted(training, model):
    """The names of the models that the provider was asked to delete."""
    found = []

    def delete(_sent):
        found.append(model.name)
        return 200, {"id": model.name, "object": "model", "deleted": True}

    training.answer(f"DELETE /models/{model.name}", delete)
    return found


def page(model, name="change"):
    return reverse(f"admin:finetune_trainedmodel_{name}", args=[model.pk])


def told(answer):
    return answer.content.decode()


def serve(model):
    Activation.objects.create(domain=model.domain, model=model, activated_by="ana")


def test_the_flagged_are_a_list_of_their_own(boss, model):
    assert len(boss.get(LIST).context["cl"].result_list) == 2

    found = boss.get(LIST, {"borradas": "si"})

    assert list(found.context["cl"].result_list) == [model]
    assert "quitarlo de su proveedor" in told(found)


def test_one_in_reserve_is_taken_from_its_provider(boss, model, deleted):
    assert "quitarlo de su proveedor" in told(boss.get(page(model)))

    boss.post(page(model, "remove"))

    model.refresh_from_db()
    assert deleted == [model.name]
    assert model.gone_at
    assert "nada: su proveedor ya no lo tiene" in told(boss.get(page(model)))


def test_the_one_that_answers_is_trained_anew_and_not_taken_away(boss, model, deleted):
    serve(model)
    assert "entrenar otro sin esas líneas" in told(boss.get(page(model)))

    answer = boss.post(page(model, "remove"), follow=True)

    assert "Ese modelo no se quita" in told(answer)
    assert deleted == []
    assert active(model.domain) == model


def test_one_that_nobody_left_is_not_taken_away(boss, model):
    other = TrainedModel.objects.exclude(pk=model.pk).get()

    answer = boss.post(page(other, "remove"), follow=True)

    other.refresh_from_db()
    assert "Ese modelo no se quita" in told(answer)
    assert other.gone_at is None


def test_a_provider_that_is_not_there_any_more_is_told(boss, model, settings):
    settings.LLM_PROVIDERS = {}

    assert "su proveedor ya no está configurado" in told(boss.get(page(model)))


def test_a_provider_that_is_away_leaves_it_as_it_is(boss, model, training):
    training.faults[f"DELETE /models/{model.name}"] = ["cut"]
    training.answer(f"DELETE /models/{model.name}", lambda _sent: (200, {}))

    assert "no responde" in told(boss.post(page(model, "remove"), follow=True))

    model.refresh_from_db()
    assert model.gone_at is None


def test_who_may_not_activate_takes_nothing_away(sign_in, model, deleted):
    assert sign_in("rater").post(page(model, "remove")).status_code == 403
    assert deleted == []
