import numpy as np
import pytest

from finetune.intervals import paired


def test_the_same_numbers_give_the_same_interval():
    differences = [1.5, -0.5, 2.0, 0.7, 3.1, -1.2, 0.4, 0.9, 1.1, 2.2]
    assert paired(differences) == paired(differences)


def test_a_clear_difference_is_clear_of_zero_in_both_directions():
    gains = [3.0, 5.0, 4.0, 6.0, 4.5, 5.5, 3.5, 6.5, 4.0, 5.0]
    up, down = paired(gains), paired([-it for it in gains])
    assert (up.above_zero, up.below_zero) == (True, False)
    assert (down.above_zero, down.below_zero) == (False, True)
    assert up.low < up.mean < up.high
    assert up.mean == pytest.approx(4.7)


def test_no_difference_is_not_clear_of_zero():
    same = paired([0.0] * 20)
    assert (same.low, same.high, same.above_zero, same.below_zero) == (0, 0, False, False)


@pytest.mark.parametrize("differences", [[], [40.0]])
def test_one_question_proves_nothing(differences):
    assert paired(differences) is None


def test_fewer_questions_leave_more_open():
    few, many = paired([1.0, -1.0, 2.0, 0.5]), paired([1.0, -1.0, 2.0, 0.5] * 25)
    assert few.mean == many.mean
    assert few.high - few.low > 4 * (many.high - many.low)


def test_it_is_close_to_what_the_theory_gives_for_many_questions():
    values = np.random.default_rng(3).normal(0.2, 1, 2_000)
    interval = paired(list(values))
    spread = 1.96 * values.std() / np.sqrt(values.size)
    assert interval.low == pytest.approx(values.mean() - spread, abs=0.01)
    assert interval.high == pytest.approx(values.mean() + spread, abs=0.01)


@pytest.mark.parametrize("questions", [5, 10, 40])
def test_chance_alone_is_seldom_clear_above_zero(questions):
    """A share of 0.025 is meant; few and skewed differences may double it, not more."""
    dice = np.random.default_rng(7)
    tries = dice.normal(0, 1, (400, questions)) * dice.exponential(1, (400, questions))
    above = sum(paired(list(row), resamples=1_000).above_zero for row in tries)
    assert above / 400 <= 0.05
