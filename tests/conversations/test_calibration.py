import pytest

from conversations.calibration import error, fit


def test_without_reviews_nothing_reaches_what_it_says():
    curve = fit([])
    assert all(0 <= curve(raw) < raw for raw in (0.3, 0.5, 0.85, 0.9, 1.0))


def test_the_surer_never_comes_out_less_sure():
    curve = fit([(0.55, True)] * 40 + [(0.92, False)] * 40 + [(0.97, True)] * 5)
    points = [curve(raw / 100) for raw in range(101)]
    assert points == sorted(points)


def test_reviews_pull_the_number_to_how_often_it_was_right():
    often = fit([(0.75, True)] * 95 + [(0.75, False)] * 5)
    seldom = fit([(0.75, True)] * 20 + [(0.75, False)] * 80)
    assert often(0.75) == pytest.approx(0.95, abs=0.05)
    assert seldom(0.75) == pytest.approx(0.4, abs=0.2)


def test_one_review_changes_little():
    assert fit([(0.9, False)])(0.9) == pytest.approx(fit([])(0.9), abs=0.1)


def test_calibration_shrinks_the_error_of_an_overconfident_labeller():
    said = [(0.95, number % 2 == 0) for number in range(200)]
    curve = fit(said[:100])
    assert error(said) == pytest.approx(0.45)
    assert error([(curve(raw), right) for raw, right in said[100:]]) < 0.15


def test_nothing_said_is_no_error():
    assert error([]) == 0
