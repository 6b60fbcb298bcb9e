import pytest

from finetune.progress import held_out_losses, percentage, status_of


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("validating_files", "pending"),
        ("queued", "pending"),
        ("pending", "pending"),
        ("running", "running"),
        ("pausing", "running"),
        ("paused", "running"),
        ("foo", "running"),
        ("", "running"),
        ("failed", "failed"),
        ("cancelled", "cancelled"),
    ],
)
def test_a_word_of_the_provider_is_one_of_ours(word, status):
    assert status_of(word) == status


def test_a_success_counts_once_it_names_its_model():
    assert status_of("succeeded") == "running"
    assert status_of("succeeded", trained_model="ft:x") == "succeeded"


def test_progress_is_the_furthest_step():
    figures = [{"step": 3, "total_steps": 12}, {"step": 9, "total_steps": 12}, {"step": 5}, {}]
    assert percentage(figures) == 75.0


def test_progress_is_unknown_until_a_step_is_reported():
    assert percentage([{}, {"step": 0}, {"step": 1, "total_steps": 0}]) is None


@pytest.mark.parametrize("step", [91, 93])
def test_the_last_step_is_not_the_end(step):
    assert percentage([{"step": step, "total_steps": 91}]) == 99.0


def test_losses_are_those_of_the_first_and_last_measure():
    figures = [
        {"step": 0, "full_valid_loss": 3.5, "valid_loss": 3.1},
        {"step": 5, "train_loss": 2.0},
        {"step": 10, "full_valid_loss": 2.5, "valid_loss": 2.9},
    ]
    assert held_out_losses(figures) == (3.5, 2.5)


def test_losses_of_two_kinds_are_not_compared():
    figures = [{"full_valid_loss": 3.5, "valid_loss": 3.1}, {"valid_loss": 2.9}]
    assert held_out_losses(figures) == (3.1, 2.9)


def test_one_measure_compares_nothing():
    assert held_out_losses([{"step": 10, "valid_loss": 2.5}]) is None
