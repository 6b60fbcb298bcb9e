"""How fast this machine trains is measured by a real training of four steps."""

import time
from threading import Event

import pytest

from finetune import estimates, remote, speeds, tasks, training
from finetune.models import FineTuningJob, Speed
from tests.finetune.makers import a_file, a_queued_job, settled
from tests.modelserver.server import KEY, Server, tiny_base

pytestmark = pytest.mark.django_db

CREATE = "POST /fine_tuning/jobs"


@pytest.fixture
def asked(domain, training_provider):
    """Somebody looked at an estimate, so there is something to measure."""
    estimated(domain)
    return Speed.objects.get()


def estimated(domain):
    return estimates.estimate(a_file(domain).dataset, "local", "base-model", epochs=10)


def due():
    Speed.objects.update(next_at="2020-01-01T00:00Z", lease_until=None)


def go_on():
    due()
    return tasks.measure_speeds().removeprefix("local:base-model: ")


def test_the_first_estimate_has_it_measured_once(domain, asked, training_provider):
    assert asked.minutes_for(1) is None
    estimated(domain)
    assert Speed.objects.count() == 1
    assert go_on() == go_on() == "under way"
    (sent,) = training_provider.fake.sent(CREATE)
    assert sent["method"]["supervised"]["hyperparameters"] == {"n_epochs": 1, "batch_size": 4}
    assert sent["metadata"]["max_steps"] == "4"
    assert not FineTuningJob.objects.exists()


def test_what_it_took_tells_what_a_training_will_take(domain, asked, training_provider):
    go_on()
    job = training_provider.job["id"]
    for step in (0, 1, 4):
        training_provider.say(job, step=step, total_steps=4, peak_memory_mb=812.6)
    training_provider.say(job, "done")
    training_provider.succeed(job)
    model = training_provider.job["fine_tuned_model"]
    training_provider.answer(f"DELETE /models/{model}", lambda _sent: gone(model))

    assert go_on() == "measured"

    speed = Speed.objects.get()
    assert (speed.state, speed.memory_mb, speed.attempts > 0) == ("done", 813, True)
    found = estimated(domain)
    expected = (speed.startup_seconds + speed.seconds_per_token * found.tokens) / 60
    assert (found.minutes, found.memory_mb) == (round(expected, 1), 813)
    assert training_provider.sent(f"DELETE /models/{model}") == 1
    assert go_on() == "nothing to do"


def test_a_job_whose_answer_was_lost_is_found(asked, training_provider):
    training_provider.faults[CREATE] = ["drop"]
    assert go_on() == "the provider is away"
    assert go_on() == "under way"
    assert training_provider.sent(CREATE) == len(training_provider.jobs) == 1


def test_peoples_trainings_come_first(domain, asked, training_provider):
    job = a_queued_job(domain)
    assert go_on() == "later"
    assert training_provider.jobs == {}
    training.submit(job)
    training_provider.succeed(training_provider.job["id"])
    training.refresh(settled(job))
    assert go_on() == "known by a training"
    assert go_on() == "nothing to do"
    assert len(training_provider.jobs) == 1


def test_a_measurement_that_fails_is_tried_again_and_says_why(asked, training_provider):
    training_provider.faults[CREATE] = [(400, {"error": {"message": "too hot"}})]
    assert go_on() == "refused"
    assert Speed.objects.get().error == "too hot"
    assert go_on() == "under way"


def test_elsewhere_nothing_is_measured(domain, training_provider, settings):
    settings.LLM_PROVIDERS["local"]["base_url"] = "https://models.example/v1"
    assert speeds.ask("local", "base-model") is False
    assert not Speed.objects.exists()


@pytest.mark.models
@pytest.mark.loop
def test_the_model_server_is_really_measured(db, tmp_path, settings):
    with Server(tmp_path, **tiny_base(tmp_path / "tiny")) as server:
        settings.LLM_PROVIDERS["local"] |= {
            "base_url": f"http://127.0.0.1:{server.port}/v1",
            "api_key": KEY,
        }
        assert speeds.ask("local", "tiny")
        end = time.monotonic() + 300
        while (said := tasks.measure_speeds()) != "local:tiny: measured":
            assert said.endswith("under way")
            assert time.monotonic() < end
            Event().wait(0.2)
            due()
        assert not [it for it in remote.models("local") if it.startswith("ft:")]
    speed = Speed.objects.get()
    assert 0 < speed.seconds_per_token < 1
    assert speed.memory_mb > 100


def gone(name):
    return 200, {"id": name, "object": "model", "deleted": True}
