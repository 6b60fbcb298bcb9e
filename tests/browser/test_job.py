"""The page of a training follows it by itself."""

import pytest
from django.urls import reverse

from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import a_submitted_job

pytestmark = pytest.mark.browser


def test_a_live_job_shows_its_end_without_a_reload(page, domain, provider):
    FakeTraining(provider)
    job = a_submitted_job(domain)
    page.clock.install()
    page.goto(reverse("admin:finetune_finetuningjob_change", args=[job.pk]))
    before = page.get_by_text("Esta página se actualiza sola").is_visible()
    job.move_to("failed", error="Sin memoria.")
    page.clock.run_for(11_000)
    page.get_by_text("Sin memoria.").wait_for()

    assert before
    assert page.get_by_text("Fallido").is_visible()
    assert page.locator("#job[hx-trigger]").count() == 0
