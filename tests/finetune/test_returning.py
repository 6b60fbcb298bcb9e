"""Going back to the model before, by a click or because its provider lost the active one."""

import pytest

from core.errors import Conflict
from finetune import activation
from finetune.models import TrainedModel
from tests.finetune.makers import a_trained_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def models(domain, training_provider):
    """Three models that answered one after the other; the last one does."""
    found = [
        a_trained_model(domain, training_provider, name=f"ft:{name}", epochs=number)
        for number, name in enumerate(("first", "second", "third"), 1)
    ]
    for model in found:
        activation.activate(model, by="ana", reason="De prueba.")
    return found


def test_rolling_back_goes_one_model_back_each_time(domain, models):
    first, second, _third = models
    assert activation.roll_back(domain, by="eva").model == second
    back = activation.roll_back(domain, by="eva")
    assert (back.model, back.activated_by) == (first, "eva")
    assert activation.active(domain) == first
    with pytest.raises(Conflict):
        activation.roll_back(domain, by="eva")
    assert activation.active(domain) == first


def test_without_an_active_model_there_is_no_way_back(domain, models):
    activation.deactivate(domain, by="ana")
    with pytest.raises(Conflict):
        activation.roll_back(domain, by="ana")


def test_a_model_that_is_gone_is_passed_over(domain, models):
    first, second, third = models
    activation.fall_back(second)
    assert activation.active(domain) == third
    assert activation.roll_back(domain, by="eva").model == first


def test_a_lost_model_gives_way_to_the_ones_before_it_and_then_to_the_base(domain, models):
    first, second, third = models
    assert activation.fall_back(third) == second
    assert activation.fall_back(third) == second
    assert activation.fall_back(second) == first
    assert activation.fall_back(first) is None
    assert activation.active(domain) is None
    assert not TrainedModel.objects.filter(gone_at=None).exists()


def test_the_history_says_who_answered_and_why(domain, models):
    activation.fall_back(models[2])
    activation.roll_back(domain, by="eva")
    history = domain.activations.order_by("pk").values_list("model__name", "activated_by")
    assert list(history)[3:] == [("ft:second", "provider"), ("ft:first", "eva")]
    assert domain.activations.current().count() == 1
