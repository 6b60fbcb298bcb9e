"""Comparing answers without knowing whose they are."""

import pytest
from django.urls import reverse

from finetune import blind
from finetune.models import BlindVote, EvaluationItem
from tests.factories import a_domain
from tests.finetune.fake_training import FakeTraining
from tests.finetune.makers import a_trained_model, an_evaluation


@pytest.fixture
def evaluation(domain, provider):
    found = an_evaluation(a_trained_model(domain, FakeTraining(provider)))
    for number in range(6):
        answers(
            found, f"¿Pregunta {number}?", tuned=f"<i>Del entrenado {number}</i>", examples="Hoy."
        )
    answers(found, "¿Igual?", tuned="Lo mismo.", examples="Lo mismo. ")
    return found


def answers(evaluation, question, **by_variant):
    for variant, answer in by_variant.items():
        EvaluationItem.objects.create(
            evaluation=evaluation,
            variant=variant,
            question=question,
            expected="Aprobada.",
            answer=answer,
            milliseconds=1,
        )


def url(evaluation):
    return reverse("admin:finetune_evaluation_blind", args=[evaluation.pk])


def text(answer):
    return answer.content.decode()


def test_the_page_shows_both_answers_and_names_nobody(sign_in, evaluation):
    page = text(sign_in("rater").get(url(evaluation)))

    assert "&lt;i&gt;Del entrenado 0&lt;/i&gt;" in page
    assert "Hoy." in page
    assert "Pregunta 1 de 6" in page
    assert "tuned" not in page


def test_a_vote_is_for_whoever_stood_there_and_the_next_question_comes(sign_in, evaluation):
    rater = sign_in("rater")
    pair = rater.get(url(evaluation)).context["pair"]

    rater.post(url(evaluation), {"pregunta": pair.key, "mejor": "left"})

    vote = BlindVote.objects.get()
    assert (vote.favoured, vote.by) == (pair.left.variant, rater.user.username)
    assert rater.get(url(evaluation)).context["pair"].question == "¿Pregunta 1?"


def test_the_second_of_two_clicks_changes_nothing(sign_in, evaluation):
    rater = sign_in("rater")
    asked = {"pregunta": rater.get(url(evaluation)).context["pair"].key}

    for side in ("tie", "left"):
        answer = rater.post(url(evaluation), asked | {"mejor": side}, follow=True)

    assert BlindVote.objects.get().favoured == ""
    assert "ya está contestada" in text(answer)


def test_other_words_than_sides_are_refused(sign_in, evaluation):
    rater = sign_in("rater")
    key = rater.get(url(evaluation)).context["pair"].key

    rater.post(url(evaluation), {"pregunta": key, "mejor": "tuned"})

    assert not BlindVote.objects.exists()


def test_sides_change_from_question_to_question(evaluation):
    for number in range(6, 40):  # with six, chance puts all on one side now and then
        answers(evaluation, f"¿Pregunta {number}?", tuned="Mañana.", examples="Hoy.")
    sides = set()
    while pair := blind.next_pair(evaluation, by="ana"):
        sides.add(pair.left.variant)
        blind.vote(evaluation, key=pair.key, side="tie", by="ana")

    assert sides == {"tuned", "examples"}


def test_results_are_told_on_the_evaluations_page(sign_in, evaluation):
    for by in ("ana", "eva"):
        pair = blind.next_pair(evaluation, by=by)
        side = "left" if pair.left.variant == "tuned" else "right"
        blind.vote(evaluation, key=pair.key, side=side, by=by)

    found = blind.results(evaluation)
    page = text(
        sign_in("rater").get(reverse("admin:finetune_evaluation_change", args=[evaluation.pk]))
    )

    assert (found.tuned, found.rival, found.ties, found.people) == (2, 0, 0, 2)
    assert found.against == "base con ejemplos"
    assert "<strong>2</strong><span>prefieren el entrenado</span>" in page


def test_comparing_needs_its_right_and_its_domain(sign_in, evaluation):
    assert sign_in("auditor").get(url(evaluation)).status_code == 403
    assert sign_in("rater", where=a_domain("ajeno")).get(url(evaluation)).status_code == 404
