"""The watchdog with small real programs, and the whole site started as people start it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trainingsite import guardian, one_at_a_time, supervisor

ROOT = Path(__file__).resolve().parents[2]

# A watchdog with two parts: one that leaves a child behind in its group, as the queue does, and
# one that ignores the request to end.
WATCHDOG = """
import sys
from trainingsite.guardian import Guardian
from trainingsite.supervisor import Part, Supervisor
tell = "os.write(1, b'%d\\\\n' % os.getpid()); time.sleep(600)"
parent = "import os, time; os.fork(); " + tell
stubborn = "import os, signal, time; signal.signal(15, signal.SIG_IGN); " + tell
parts = [Part(name=name, command=[sys.executable, "-c", code])
         for name, code in (("cola", parent), ("terca", stubborn))]
watchdog = Supervisor(parts, guardian=Guardian(None), say=lambda *said: print(*said, flush=True))
watchdog.stop_on_signals()
watchdog.run()
print("fin", flush=True)
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
def watchdog():
    """A watchdog in a process of its own, and the pids of its three children."""
    with subprocess.Popen(
        [sys.executable, "-c", WATCHDOG], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        pids = [int(process.stdout.readline().split()[1]) for _ in range(3)]
        yield process, pids
        if process.poll() is None:
            process.kill()


def python(name, code, **options):
    return supervisor.Part(name=name, command=[sys.executable, "-c", code], **options)


def is_alive(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def until_gone(pids, *, seconds):
    deadline = time.monotonic() + seconds
    while any(map(is_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return [pid for pid in pids if is_alive(pid)]


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
    leaves = "import os, time\nif os.fork() == 0: time.sleep(600)\nelse: print(os.getpid())"
    run(lambda: any("otra vez" in line for line in said), python("cola", leaves))
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
    code = f"""
import pathlib, time
for _ in range(25):
    pathlib.Path({str(file)!r}).touch()
    time.sleep(0.1)
print('sano', flush=True)
time.sleep(600)
"""
    run(lambda: said, python("cola", code, heartbeat=file))
    assert said[0] == "cola: sano"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_everything_within_five_seconds(watchdog, number):
    process, pids = watchdog
    began = time.monotonic()
    process.send_signal(number)
    assert process.wait(10) == 0
    assert time.monotonic() - began < 5
    assert until_gone(pids, seconds=0) == []


def test_killed_watchdog_leaves_nobody_behind(watchdog):
    process, pids = watchdog
    process.kill()
    process.wait()
    assert until_gone(pids, seconds=5) == []


def test_killed_guardian_is_replaced_and_knows_the_groups(watchdog):
    process, pids = watchdog
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    for pid in children:
        if b"trainingsite.guardian" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(int(pid), signal.SIGKILL)
    time.sleep(1)
    process.kill()
    process.wait()
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
