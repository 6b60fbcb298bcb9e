"""A trained model is put elsewhere from its page, and its checked file is downloaded there."""

import pytest
from django.urls import reverse

from finetune import tasks
from finetune.models import Deployment
from tests.factories import a_domain
from tests.finetune.fake_packages import FILES, FakePackages
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import a_trained_model


@pytest.fixture
def model(db, provider):
    model = a_trained_model(a_domain(base_model="base-model"), FakeTraining(provider))
    FakePackages(provider, model.name)
    return model


def address(model, name, *more):
    return reverse(f"admin:finetune_trainedmodel_{name}", args=[model.pk, *more])


def test_it_is_packed_by_the_queue_and_then_downloaded(admin_client, model):
    page = address(model, "change")
    assert "Desplegar: GGUF fusionado" in admin_client.get(page).content.decode()
    answer = admin_client.post(address(model, "deploy"), {"target": "gguf"}, follow=True)
    assert "se empaqueta y se comprueba" in answer.content.decode()
    assert admin_client.get(address(model, "file", "gguf")).status_code == 404
    tasks.deploy_waiting()
    assert address(model, "file", "gguf") in admin_client.get(page).content.decode()
    answer = admin_client.get(address(model, "file", "gguf"))
    assert answer.getvalue() == FILES["merged.gguf"]
    assert 'filename="merged.gguf"' in answer["Content-Disposition"]


def test_ollama_is_offered_where_there_is_one(admin_client, model, settings):
    settings.OLLAMA_URL = ""
    assert "Desplegar: Ollama" not in admin_client.get(address(model, "change")).content.decode()
    settings.OLLAMA_URL = "http://127.0.0.1:9"
    assert "Desplegar: Ollama" in admin_client.get(address(model, "change")).content.decode()


@pytest.mark.parametrize("sent", [{"target": "ollama"}, {"target": "otro"}, {}])
def test_what_cannot_be_deployed_leaves_nothing(admin_client, model, settings, sent):
    settings.OLLAMA_URL = ""
    assert admin_client.post(address(model, "deploy"), sent).status_code == 302
    assert admin_client.get(address(model, "deploy")).status_code == 302
    assert not Deployment.objects.exists()
