import pytest

from finetune import evaluation, training
from finetune.models import Evaluation, Variant
from tests.finetune.makers import a_submitted_job

pytestmark = pytest.mark.django_db

QUESTIONS = [("¿A qué hora abren?", "Abrimos a las nueve."), ("¿Dónde están?", "En el centro.")]
EXPECTED = dict(QUESTIONS)


@pytest.fixture
def model(domain, training_provider):
    """A model whose held-out loss fell from 3 to 2."""
    job = a_submitted_job(domain)
    for step, loss in ((0, 3.0), (6, 2.5), (12, 2.0)):
        figures = {"step": step, "total_steps": 12, "full_valid_loss": loss}
        training_provider.say(job.openai_job_id, f"Step {step}/12", **figures)
    training_provider.succeed(job.openai_job_id)
    training.refresh(job)
    return job.model


def only_the_tuned_knows(variant, question):
    return (EXPECTED[question] if variant == Variant.TUNED else "No sé."), 5


def only_the_base_knows(variant, question):
    return (EXPECTED[question] if variant == Variant.BASE else "No sé."), 5


def test_a_model_that_answers_better_is_better(model):
    found = evaluation.evaluate(model, QUESTIONS, answerer=only_the_tuned_knows)
    assert found.better
    assert found.summary["tuned"] == {
        "chrf": pytest.approx(100),
        "similarity": pytest.approx(1),
        "milliseconds": 5,
    }
    assert found.summary["base"]["chrf"] < 50
    assert found.summary["loss"] == {"before": 3.0, "after": 2.0}
    assert "de 3.000 a 2.000" in found.reasons[0]


def test_a_model_that_answers_worse_is_refused_with_the_numbers(model):
    found = evaluation.evaluate(model, QUESTIONS, answerer=only_the_base_knows)
    assert not found.better
    assert "son peores" in found.reasons[1]


def test_every_answer_is_kept(model):
    found = evaluation.evaluate(model, QUESTIONS, answerer=only_the_tuned_knows)
    assert found.items.count() == len(QUESTIONS) * 3
    assert set(found.items.values_list("variant", flat=True)) == set(evaluation.VARIANTS)


def test_progress_is_told_after_each_answer(model):
    told = []
    evaluation.evaluate(
        model,
        QUESTIONS,
        answerer=only_the_tuned_knows,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(done, 6) for done in range(1, 7)]


def test_nothing_is_kept_when_an_answer_fails(model):
    def fails(_variant, _question):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        evaluation.evaluate(model, QUESTIONS, answerer=fails)
    assert not Evaluation.objects.exists()


def test_without_an_embedder_the_similarity_is_unknown(model, training_provider):
    training_provider.fake.replies["POST /embeddings"] = 503, {}
    found = evaluation.evaluate(model, QUESTIONS, answerer=only_the_tuned_knows)
    assert found.better
    assert found.summary["tuned"]["similarity"] is None


def test_an_empty_answer_is_like_nothing(model):
    found = evaluation.evaluate(model, QUESTIONS, answerer=lambda *_: ("", 1))
    assert set(found.items.values_list("similarity", flat=True)) == {0.0}


@pytest.mark.parametrize(
    ("losses", "base", "examples", "tuned", "better"),
    [
        ((3.0, 2.0), 20.0, 20.0, 30.0, True),
        ((3.0, 2.0), 20.0, 20.0, 20.0, True),
        ((3.0, 2.0), 20.0, 10.0, 19.9, False),
        ((3.0, 2.0), 10.0, 20.0, 19.9, False),
        ((2.0, 2.0), 20.0, 20.0, 30.0, False),
        ((2.0, 3.0), 20.0, 20.0, 30.0, False),
        (None, 20.0, 20.0, 30.0, False),
        ((3.0, 2.0), None, None, None, False),
    ],
)
def test_the_loss_and_every_rival_decide(losses, base, examples, tuned, better):
    chrf = {"base": base, "examples": examples, "tuned": tuned}
    decision = evaluation.decide(losses, chrf)
    assert decision.better is better
    assert len(decision.reasons) == 3
