from finetune.admin.curve import curve, series


def test_a_series_is_in_order_of_steps_and_keeps_the_latest_word():
    data = [{"step": 5, "loss": 1.0}, {"step": 0, "loss": 3}, {"step": 5, "loss": 2}, {"x": 1}]

    assert series(data, "loss") == [(0.0, 3.0), (5.0, 2.0)]


def test_the_first_name_known_counts():
    data = [{"step": 1, "full": 2.0, "sample": 9.0}, {"step": 2, "full": None, "sample": 1.0}]

    assert series(data, "full", "sample") == [(1.0, 2.0), (2.0, 1.0)]


def test_nothing_measured_is_no_curve():
    assert curve([], []) is None


def test_the_highest_loss_is_at_the_top_and_the_last_step_at_the_right():
    drawn = curve([(0, 3.0), (10, 1.0)], [])

    assert drawn.train.dots == [(drawn.left, 12), (drawn.right, drawn.floor)]
    assert [tick.value for tick in drawn.x_ticks] == [0, 2, 5, 8, 10]


def test_a_single_measure_is_drawn_in_the_middle():
    drawn = curve([(0, 2.0)], [])

    assert drawn.train.dots == [(drawn.left, (12 + drawn.floor) / 2)]
