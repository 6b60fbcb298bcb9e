"""The mark of the demonstration model: where training starts, while it runs, on the panel."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from tests.factories import a_domain
from tests.fakes import a_model
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import a_file, a_submitted_job

PANEL, START = reverse("admin:index"), reverse("admin:start_training")
MARK, ASKED = "modelo de demostración", "GET /models/base-model"


@pytest.fixture
def training_provider(provider):
    cache.clear()
    provider.replies[ASKED] = 200, a_model("base-model", demonstration=True)
    return FakeTraining(provider)


def test_the_form_and_the_panel_say_it(sign_in, domain, training_provider):
    a_file(domain)
    trainer = sign_in("trainer")

    pages = [trainer.get(it).content.decode() for it in (START, PANEL, PANEL)]

    assert [it.count(MARK) for it in pages] == [1, 1, 1]
    assert training_provider.sent(ASKED) == 1


def test_a_running_job_says_it_and_its_refresh_asks_nobody(sign_in, domain, training_provider):
    job = a_submitted_job(domain)
    rater = sign_in("rater")
    url = reverse("admin:finetune_finetuningjob_state", args=[job.pk])

    page = rater.get(reverse("admin:finetune_finetuningjob_change", args=[job.pk]))
    cache.clear()
    asked = len(training_provider.fake.requests)
    again = rater.get(url, {"demostracion": 1}).content.decode()

    assert MARK in page.content.decode()
    assert """hx-vals='{"demostracion": 1}'""" in page.content.decode()
    assert MARK in again
    assert len(training_provider.fake.requests) == asked


def test_a_capable_base_has_no_mark(sign_in, domain, training_provider):
    training_provider.fake.replies[ASKED] = 200, a_model("base-model")
    a_file(domain)

    assert MARK not in sign_in("trainer").get(START).content.decode()


@pytest.mark.parametrize("reply", [(503, {}), (401, {"error": {"message": "no"}})])
def test_a_provider_that_does_not_answer_fails_no_page(sign_in, domain, training_provider, reply):
    training_provider.fake.replies[ASKED] = reply
    trainer = sign_in("trainer")

    answers = [trainer.get(PANEL) for _ in range(3)]

    assert [it.status_code for it in answers] == [200, 200, 200]
    assert training_provider.sent(ASKED) == 1


def test_the_panel_asks_about_one_base_at_a_time(boss, domain, training_provider):
    a_domain("otro", base_model="another-model")
    boss.get(PANEL)

    asked = [it for it, _ in training_provider.fake.requests if it.startswith("GET /models/")]
    assert len(asked) == 1


def test_a_provider_that_is_gone_fails_no_page(sign_in, domain, training_provider):
    type(domain).objects.update(training_provider="antiguo")

    assert sign_in("trainer").get(PANEL).status_code == 200
