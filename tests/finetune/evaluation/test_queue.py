"""What the queue does of evaluations: parts, each minute, whatever happens in between."""

import pytest
from django.utils import timezone

from core.work import WorkState
from finetune import activation, evaluation, tasks
from finetune.evaluation import running
from finetune.models import Evaluating, EvaluationQuestion, Variant
from tests.fakes import a_completion
from tests.finetune.evaluation.conftest import QUESTIONS, only_the_tuned_knows

pytestmark = pytest.mark.django_db


class Heard(list):
    """What was asked; at the question of this number the process dies."""

    dies_at = 0


@pytest.fixture
def asked(monkeypatch, model, domain):
    """The domain's frozen questions; the list of what the rivals were asked."""
    heard = Heard()

    def answerer(_model, _incumbent):
        def respond(variant, question):
            heard.append((variant, question))
            if len(heard) == heard.dies_at:
                raise KeyboardInterrupt
            return only_the_tuned_knows(variant, question)

        return respond

    monkeypatch.setattr(running, "import_string", lambda _path: answerer)
    monkeypatch.setattr(running, "judge_for", lambda _domain: None)
    for number, it in enumerate(QUESTIONS):
        EvaluationQuestion.objects.create(
            domain=domain, question=it.text, answer=it.answer, question_hash=str(number)
        )
    return heard


def test_a_new_model_is_evaluated_without_anybody_asking(model, asked):
    assert tasks.evaluate_waiting() == "1 finished, 0 failed"
    assert model.evaluations.get().verdict == "better"
    assert tasks.evaluate_waiting() == "0 finished, 0 failed"
    assert model.evaluations.count() == 1


def test_a_task_does_a_part_and_the_next_one_goes_on(model, asked, monkeypatch):
    clock = iter(range(10_000))
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    finished = 0
    for _ in range(10):
        finished += tasks.evaluate_waiting() == "1 finished, 0 failed"
        Evaluating.objects.update(next_at=timezone.now())
    assert finished == 1
    assert model.evaluations.get().finished_at
    assert len(asked) == len(set(asked))  # nothing was asked twice


def test_a_worker_that_dies_loses_no_answer(model, asked):
    asked.dies_at = 8
    with pytest.raises(KeyboardInterrupt):
        tasks.evaluate_waiting()
    assert model.evaluations.get().items.count() == 7
    assert tasks.evaluate_waiting() == "0 finished, 0 failed"  # its lease has not run out
    Evaluating.objects.update(lease_until=timezone.now())
    assert tasks.evaluate_waiting() == "1 finished, 0 failed"
    assert len(asked) == len(set(asked)) + 1  # what it died of


def test_a_provider_that_is_away_is_waited_for(model, domain, training_provider):
    training_provider.fake.replies["POST /chat/completions"] = 503, {}
    for _ in range(7):
        tasks.evaluate_waiting()
        Evaluating.objects.update(next_at=timezone.now())
    work = Evaluating.objects.get()
    assert (work.state, work.attempts) == (WorkState.WAITING, 0)
    training_provider.fake.replies["POST /chat/completions"] = 200, a_completion("Hola.")
    assert tasks.evaluate_waiting() == "1 finished, 0 failed"


def test_what_always_fails_is_given_up_and_begun_again_by_a_person(model, asked, monkeypatch):
    monkeypatch.setattr(running, "import_string", lambda _path: 1 / 0)
    for _ in range(7):
        tasks.evaluate_waiting()
        Evaluating.objects.update(next_at=timezone.now(), lease_until=None)
    assert Evaluating.objects.get().state == WorkState.DEAD
    monkeypatch.undo()
    evaluation.begin(model, by="ana")
    assert Evaluating.objects.get().state == WorkState.WAITING


def test_questions_that_change_meanwhile_are_asked_from_the_start(model, asked, domain):
    evaluation.begin(model)
    evaluated = model.evaluations.get()
    evaluated.items.create(variant=Variant.BASE, question="¿Vieja?", answer="x", milliseconds=1)
    first = EvaluationQuestion.objects.earliest("pk")
    first.answer = "Abrimos a las diez."
    first.save()
    tasks.evaluate_waiting()
    evaluated.refresh_from_db()
    assert not evaluated.items.filter(question="¿Vieja?").exists()
    assert evaluated.items.filter(expected="Abrimos a las diez.").count() == 3
    assert evaluation.stale_because(evaluated) == []


def test_an_evaluation_is_stale_when_questions_prompt_or_service_change(
    model, asked, domain, training_provider
):
    tasks.evaluate_waiting()
    found = model.evaluations.get()
    assert evaluation.stale_because(found) == []
    activation.activate(model, by="ana")
    assert evaluation.stale_because(found) == []
    EvaluationQuestion.objects.latest("pk").delete()
    domain.write_prompt("Otro prompt.", by="ana")
    assert len(evaluation.stale_because(found)) == 2
