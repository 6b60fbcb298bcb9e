"""Deciding about models in a real browser: one click back, and comparing by keys."""

import pytest
from django.urls import reverse

from finetune import activation
from finetune.models import BlindVote, EvaluationItem
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import a_trained_model, an_evaluation

pytestmark = pytest.mark.browser


def test_one_click_brings_the_model_before_back(page, domain, provider):
    fake = FakeTraining(provider)
    first, second = (a_trained_model(domain, fake, name=name) for name in ("ft:uno", "ft:dos"))
    for model in (first, second):
        activation.activate(model, by="ana", reason="De prueba.")
    page.goto(reverse("admin:finetune_trainedmodel_change", args=[second.pk]))
    page.get_by_role("button", name="Volver a «ft:uno»").click()
    page.get_by_text("vuelve a contestar «ft:uno»").wait_for()

    assert activation.active(domain) == first


def test_answers_are_compared_by_keys(page, domain, provider):
    found = an_evaluation(a_trained_model(domain, FakeTraining(provider)))
    for number in range(3):
        for variant in ("tuned", "examples"):
            EvaluationItem.objects.create(
                evaluation=found,
                variant=variant,
                question=f"¿Pregunta {number}?",
                answer=f"Respuesta de {variant}.",
                milliseconds=1,
            )
    page.goto(reverse("admin:finetune_evaluation_blind", args=[found.pk]))
    for number, key in enumerate(("ArrowLeft", "ArrowRight", "=")):
        page.get_by_text(f"Pregunta {number + 1} de 3").wait_for()
        page.keyboard.press(key)
    page.get_by_text("No queda ninguna pregunta").wait_for()

    votes = list(BlindVote.objects.order_by("pk"))
    assert votes[0].favoured == votes[0].left
    assert votes[1].favoured == votes[1].right
    assert votes[2].favoured == ""
