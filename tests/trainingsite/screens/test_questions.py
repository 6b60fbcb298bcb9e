"""The frozen questions, as staff write them."""

import pytest
from django.urls import reverse

from finetune.models import EvaluationQuestion

ADD = reverse("admin:finetune_evaluationquestion_add")


@pytest.fixture
def write(sign_in, domain):
    trainer = sign_in("trainer")
    return lambda question: trainer.post(
        ADD, {"domain": domain.pk, "question": question, "answer": "En dos días."}
    )


def test_a_question_is_kept(write, domain):
    assert write("¿Cuándo llega?").status_code == 302
    assert domain.evaluation_questions.get().question_hash


def test_the_same_question_again_is_explained_and_not_kept(write):
    write("¿Cuándo llega?")
    answer = write("cuando LLEGA")
    assert "ya está en el conjunto" in answer.content.decode()
    assert EvaluationQuestion.objects.count() == 1
