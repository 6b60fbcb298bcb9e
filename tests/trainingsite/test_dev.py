"""The watchdog with small real programs, and the whole site started as people start it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.site import ROOT, Site, until_gone, working_in
from trainingsite import guardian, one_at_a_time, supervisor

# A watchdog with a part that leaves a child behind in its group, as the queue does; a word on its
# command line adds one that ignores the request to end.
WATCHDOG = """
import sys
from trainingsite.guardian import Guardian
from trainingsite.supervisor import Part, Supervisor
tell = "os.write(1, b'%d\\\\n' % os.getpid()); time.sleep(600)"
codes = ["import os, time; os.fork(); " + tell]
if sys.argv[1:]:
    codes += ["import os, signal, time; signal.signal(15, signal.SIG_IGN); " + tell]
parts = [Part(name="cola", command=[sys.executable, "-c", code]) for code in codes]
watchdog = Supervisor(parts, guardian=Guardian(None), say=lambda *said: print(*said, flush=True))
watchdog.stop_on_signals()
watchdog.run()
"""


class Said(list):
    """What the parts said, as ``name: line``."""

    def __call__(self, name, line):
        self.append(f"{name}: {line}")


@pytest.fixture
def said():
    return Said()


@pytest.fixture
def run(said):
    """Run parts until a condition holds, ten seconds at most."""

    def run_until(condition, *parts):
        watchdog = supervisor.Supervisor(list(parts), guardian=guardian.Guardian(None), say=said)
        deadline = time.monotonic() + 10

        def look():
            if condition() or time.monotonic() > deadline:
                watchdog._stopping = True

        watchdog.run(every_look=look)
        assert condition(), said

    return run_until


@pytest.fixture
def watch():
    """Start a watchdog in a process of its own; return it and the pids of its children."""
    started = []

    def start(*words):
        process = subprocess.Popen(
            [sys.executable, "-c", WATCHDOG, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process, [int(process.stdout.readline().split()[1]) for _ in range(2 + len(words))]

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def python(name, code, **options):
    return supervisor.Part(name=name, command=[sys.executable, "-c", code], **options)


def guardian_of(pid):
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return next(
        int(child)
        for child in children
        if b"trainingsite.guardian" in Path(f"/proc/{child}/cmdline").read_bytes()
    )


def test_every_line_carries_the_name_of_its_part(run, said):
    part = python("web", "import time; print('uno'); print('dos'); time.sleep(60)")
    run(lambda: len(said) > 1, part)
    assert said == ["web: uno", "web: dos"]


def test_part_that_dies_is_started_again_after_a_growing_pause(run, said):
    run(lambda: len(said) > 2, python("web", "raise SystemExit(3)"))
    assert said[:2] == [
        "web: terminó (código 3); otra vez en 1 s",
        "web: terminó (código 3); otra vez en 2 s",
    ]


def test_part_that_cannot_be_started_is_said_and_tried_again(run, said):
    run(lambda: said, supervisor.Part(name="models", command=["/no/existe"]))
    assert "No such file" in said[0]
    assert said[0].endswith("otra vez en 1 s")


def test_program_takes_the_place_of_its_preparation(run, said):
    ready = python("models", "import time; print('sirve'); time.sleep(60)")
    run(lambda: len(said) > 1, python("models", "print('instala')", then=ready))
    assert said == ["models: instala", "models: sirve"]


def test_what_a_dead_part_left_in_its_group_is_killed_before_it_starts_again(run, said):
    leaves = "import os, time\nchild = os.fork()\nprint(child) if child else time.sleep(600)"
    run(lambda: len(said) > 1, python("cola", leaves))
    assert not guardian.lives(int(said[0].split()[1]))


def test_part_that_stops_touching_its_heartbeat_is_started_again(run, said, tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "SILENCE", 1.0)
    hung = python("cola", "import time; time.sleep(600)", heartbeat=tmp_path / "heartbeat")
    run(lambda: len(said) > 1, hung)
    assert said[0] == "cola: sin señales de vida en 1 s; se reinicia"
    assert said[1].startswith("cola: terminó (señal SIGKILL)")


def test_part_that_touches_its_heartbeat_is_left_alone(run, said, tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "SILENCE", 1.0)
    file = tmp_path / "heartbeat"
    # A shell, because Python may take longer than that silence to start on a busy machine.
    beats = f"for _ in $(seq 25); do touch '{file}'; sleep 0.1; done; echo sano; sleep 600"
    healthy = supervisor.Part(name="cola", command=["sh", "-c", beats], heartbeat=file)
    run(lambda: said, healthy)
    assert said[0] == "cola: sano"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_everything(watch, number):
    process, pids = watch()
    process.send_signal(number)
    assert process.wait(5) == 0
    assert until_gone(pids, seconds=0) == []


def test_part_that_ignores_the_request_to_end_is_killed_in_time(watch):
    process, pids = watch("terca")
    process.send_signal(signal.SIGINT)
    assert process.wait(5) == 0
    assert until_gone(pids, seconds=0) == []


def test_killed_watchdog_leaves_nobody_behind(watch):
    process, pids = watch()
    process.kill()
    assert until_gone(pids, seconds=5) == []


def test_killed_guardian_is_replaced_and_knows_the_groups(watch):
    process, pids = watch()
    os.kill(guardian_of(process.pid), signal.SIGKILL)
    time.sleep(2 * supervisor.TICK)
    process.kill()
    assert until_gone(pids, seconds=5) == []


def test_taken_port_is_refused_with_the_variable_that_changes_it():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(one_at_a_time.CannotStart, match=f"El puerto {port} .* PORT="):
            one_at_a_time.refuse_taken(port, "PORT")


@pytest.mark.parametrize("text", ["ocho", "0", "65536", "-1"])
def test_what_is_no_port_is_refused(text):
    with pytest.raises(one_at_a_time.CannotStart, match="PORT debe ser"):
        one_at_a_time.port_from(text, "PORT")


def test_second_start_in_the_same_folder_is_refused(tmp_path):
    held = one_at_a_time.lock(tmp_path / "lock")
    with pytest.raises(one_at_a_time.CannotStart, match="ya está en marcha"):
        one_at_a_time.lock(tmp_path / "lock")
    os.close(held)
    os.close(one_at_a_time.lock(tmp_path / "lock"))


@pytest.fixture
def site():
    """The whole site, without the model server and without waiting for the disk."""
    with Site(POSTGRES_FSYNC="0") as site:
        yield site


def test_whole_site_starts_again_after_a_kill_and_stops_with_its_database(site):
    killed = site.start().process
    family = working_in(site.folder)
    assert len(family) > 8
    killed.kill()
    killed.wait()
    assert until_gone(family, seconds=6) == []
    process = site.start().process
    family = working_in(site.folder)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0  # 5 s, and as much again for a busy machine
    assert until_gone(family, seconds=0) == []


def test_site_does_not_start_with_a_setting_that_names_nobody():
    with Site(POSTGRES_FSYNC="0", LLM_EMBEDDER="nadie") as site:
        with pytest.raises(AssertionError, match="E004"):
            site.start()
        assert site.process.returncode == 1
