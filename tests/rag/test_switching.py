"""Who answers while models are switched, rolled back, and lost by their provider (Q22)."""

import time
from concurrent.futures import ThreadPoolExecutor, as_completed

import pytest
from django.db import connection

from finetune import activation
from finetune.models import TrainedModel
from rag.assistant import answer
from tests.factories import a_domain
from tests.fakes import a_completion
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import a_trained_model

CHAT = "POST /chat/completions"
NAMES = ("ft:one", "ft:two")
CHATS, SWITCHES, AT_ONCE = 1_000, 10, 4
BACK_SECONDS = 5


def says_who_it_is(sent):
    return 200, a_completion(f"Soy {sent['model']}.", model=sent["model"])


@pytest.fixture
def domain(db):
    return a_domain(base_model="base-model", reuse_similarity=1)


@pytest.fixture
def trainer(provider):
    provider.replies[CHAT] = says_who_it_is
    return FakeTraining(provider)


@pytest.fixture
def models(domain, trainer):
    """Two models; the second answers, the first did before."""
    found = [
        a_trained_model(domain, trainer, name=name, epochs=number)
        for number, name in enumerate(NAMES, 1)
    ]
    for model in found:
        activation.activate(model, by="ana", reason="De prueba.")
    return found


def chat(domain):
    reply = answer(domain, "¿Quién contesta?", keep=False)
    return reply.model, reply.text


def lose(trainer, *names):
    """The provider forgets models, and says so."""
    for name in names:
        trainer.models.pop(name)

    def reply(sent):
        if sent["model"] in names:
            return 404, {"error": {"message": "no such model", "code": "model_not_found"}}
        return says_who_it_is(sent)

    trainer.fake.replies[CHAT] = reply


@pytest.mark.django_db(transaction=True)
def test_every_answer_during_switches_names_exactly_one_model(domain, models):
    def one_chat():
        started = time.monotonic()
        try:
            name, text = chat(domain)
        finally:
            connection.close()
        assert text == f"Soy {name}."
        return started, time.monotonic(), name

    found, switches = [], []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for future in as_completed([pool.submit(one_chat) for _ in range(CHATS)]):
            found.append(future.result())
            if len(found) % (CHATS // (SWITCHES + 1)) == 0 and len(switches) < SWITCHES:
                model, before = models[len(switches) % 2], time.monotonic()
                activation.activate(model, by="ana", reason="De prueba.")
                switches.append((before, time.monotonic(), model.name))

    assert (len(found), len(switches)) == (CHATS, SWITCHES)
    assert {name for _, _, name in found} == set(NAMES)
    assert [it for it in found if it[2] not in who_answered(switches, *it[:2])] == []


def who_answered(switches, started, ended):
    """The models that were in service at some moment between the two."""
    settled = [name for _, after, name in switches if after <= started]
    meanwhile = [name for before, after, name in switches if before < ended and after > started]
    return {(settled or [NAMES[1]])[-1], *meanwhile}


@pytest.mark.django_db
def test_rolling_back_changes_who_answers_at_once(domain, models):
    started = time.monotonic()
    activation.roll_back(domain, by="ana")
    assert chat(domain)[0] == NAMES[0]
    assert time.monotonic() - started < BACK_SECONDS


@pytest.mark.django_db
def test_after_deactivating_the_base_answers(domain, models):
    activation.deactivate(domain, by="ana")
    assert chat(domain)[0] == "base-model"


@pytest.mark.django_db
def test_a_model_gone_at_its_provider_gives_way_to_the_one_before_it(domain, models, trainer):
    lose(trainer, NAMES[1])
    assert chat(domain)[0] == NAMES[0]
    assert activation.active(domain) == models[0]
    assert TrainedModel.objects.get(name=NAMES[1]).gone_at
    asked = len(trainer.fake.sent(CHAT))
    assert chat(domain)[0] == NAMES[0]
    assert len(trainer.fake.sent(CHAT)) == asked + 1  # nobody asks for the lost one again


@pytest.mark.django_db
def test_when_all_are_gone_the_base_answers(domain, models, trainer):
    lose(trainer, *NAMES)
    assert chat(domain)[0] == "base-model"
    assert activation.active(domain) is None


@pytest.mark.django_db
def test_a_refusal_of_a_model_that_is_still_listed_changes_nothing(domain, models, trainer):
    lose(trainer, NAMES[1])
    trainer.models[NAMES[1]] = {}
    assert chat(domain)[0] == "base-model"
    assert activation.active(domain) == models[1]


@pytest.mark.django_db
def test_a_provider_that_is_down_loses_no_model(domain, models, trainer):
    trainer.fake.replies[CHAT] = 503, {}
    assert answer(domain, "¿Quién contesta?", keep=False).source == "sorry"
    assert activation.active(domain) == models[1]
