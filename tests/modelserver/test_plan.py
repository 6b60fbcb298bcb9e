import pytest

from modelserver.plan import default_batch, default_epochs, make_plan


@pytest.mark.parametrize(
    ("examples", "epochs"),
    [(1, 25), (10, 10), (12, 9), (33, 4), (34, 3), (60, 3), (8000, 3), (9000, 2), (30_000, 1)],
)
def test_epochs_show_a_hundred_examples_and_no_more_than_25_000(examples, epochs):
    assert default_epochs(examples) == epochs


def test_automatic_plan_counts_the_last_small_batch_as_a_step():
    plan = make_plan(10, epochs="auto", batch_size="auto", limit=None)
    assert (plan.epochs, plan.batch_size, plan.steps) == (10, 4, 30)
    assert not plan.shortened


def test_explicit_wishes_are_followed():
    plan = make_plan(100, epochs=2, batch_size=10, limit=120)
    assert (plan.epochs, plan.batch_size, plan.steps) == (2, 10, 20)


def test_a_batch_is_never_larger_than_the_file():
    assert make_plan(10, epochs=1, batch_size=256, limit=None).batch_size == 10


def test_the_limit_shortens_and_says_from_what():
    plan = make_plan(400, epochs=3, batch_size=4, limit=120)
    assert plan.shortened
    assert (plan.wanted_steps, plan.steps) == (300, 120)


@pytest.mark.parametrize(("examples", "batch"), [(10, 4), (2000, 4), (5000, 10), (500_000, 256)])
def test_a_batch_is_a_five_hundredth_of_the_file_from_four_to_256(examples, batch):
    assert default_batch(examples) == batch


def test_the_models_of_the_last_epochs_are_kept_and_the_very_last():
    plan = make_plan(40, epochs=5, batch_size=4, limit=None)
    assert plan.checkpoints(most=3) == [30, 40, 50]


def test_a_shortened_training_ends_where_it_ends():
    assert make_plan(40, epochs=5, batch_size=4, limit=15).checkpoints(most=3) == [10, 15]
    assert make_plan(40, epochs=5, batch_size=4, limit=6).checkpoints(most=3) == [6]
