from modelserver import resumption


def written(job, step, *, mark=True):
    folder = resumption.states_folder(job) / f"checkpoint-{step}"
    folder.mkdir(parents=True)
    (folder / "optimizer.pt").write_bytes(b"state")
    if mark:
        resumption.mark(job, step)
    return folder


def test_nothing_was_kept_of_a_new_training(tmp_path):
    assert resumption.last_state(tmp_path) is None


def test_the_latest_state_counts_by_its_number(tmp_path):
    written(tmp_path, 9)
    latest = written(tmp_path, 10)
    assert resumption.last_state(tmp_path) == (10, latest)


def test_a_state_that_a_kill_left_half_written_does_not_count(tmp_path):
    written(tmp_path, 5)
    written(tmp_path, 10, mark=False)
    assert resumption.last_state(tmp_path).step == 5


def test_a_forgotten_training_has_no_state(tmp_path):
    written(tmp_path, 5)
    resumption.forget(tmp_path)
    assert resumption.last_state(tmp_path) is None


def test_a_pause_is_asked_for_until_it_is_withdrawn(tmp_path):
    assert not resumption.is_asked_to_pause(tmp_path)
    resumption.ask_to_pause(tmp_path)
    assert resumption.is_asked_to_pause(tmp_path)
    resumption.withdraw_pause(tmp_path)
    resumption.withdraw_pause(tmp_path)
    assert not resumption.is_asked_to_pause(tmp_path)
