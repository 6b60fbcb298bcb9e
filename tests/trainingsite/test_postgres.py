"""The embedded PostgreSQL, with real servers in folders of their own and real users of them."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from trainingsite.postgres import place, server

ROOT = Path(__file__).resolve().parents[2]
IS_ROOT = os.geteuid() == 0

USE = """
import sys
from pathlib import Path
from trainingsite.postgres import place, server
place.STORE = Path(sys.argv[2])
found = server.ensure(sys.argv[1], fsync=False)
pid = (found.data / "postmaster.pid").read_text().split()[0]
print(pid, found.socket, sep="\\t", flush=True)
sys.stdin.read()
"""

DJANGO = """
import os, signal, sys
from pathlib import Path
from django.conf import settings
settings.configure(USE_TZ=True, DATABASES={"default": {
    "ENGINE": "trainingsite.postgres", "NAME": "prueba", "PGDATA": sys.argv[1], "FSYNC": False,
    "OPTIONS": {"pool": {"min_size": 1, "timeout": 10}} if sys.argv[2] == "pool" else {},
}})
import django
django.setup()
from django.db import connection

def ask():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone()[0]

ask()
"""

KILLED = """
folder = Path(connection.server().data)
os.kill(int((folder / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
connection.close_pool()
connection.close()
print(ask())
"""

FORKED = """
child = os.fork()
if child == 0:
    os._exit(ask() - 1)
print(ask() - os.waitpid(child, 0)[1])
"""


@pytest.fixture
def folder():
    """A folder that the user who runs PostgreSQL may enter, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="sitio con espacios "))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def use(folder):
    """Start a process that uses the server at a path, until its standard input is closed."""
    started = []

    def start(data, *, wait=True):
        process = subprocess.Popen(
            [sys.executable, "-c", USE, str(data), str(folder / "almacén")],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return (process, answer(process)) if wait else process

    yield start
    for process in started:
        leave(process)


def answer(process):
    return process.stdout.readline().strip().split("\t")


def leave(process):
    if process.poll() is None:
        process.stdin.close()
        process.wait(20)
    process.stdout.close()
    if not process.stdin.closed:
        process.stdin.close()


def is_up(data):
    return server._answers(place.find(data))


def run_django(folder, script, *, pool=False):
    done = subprocess.run(
        [sys.executable, "-c", DJANGO + script, folder / "datos", "pool" if pool else "-"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_processes_that_come_at_once_share_one_server_and_the_last_one_stops_it(folder, use):
    data = folder / "datos"
    users = [use(data, wait=False) for _ in range(4)]
    assert len({tuple(answer(user)) for user in users}) == 1
    for user in users[:-1]:
        leave(user)
    assert is_up(data)
    leave(users[-1])
    assert not is_up(data)


def test_server_of_a_killed_process_is_adopted_and_stopped_by_the_next(folder, use):
    data = folder / "datos"
    killed, (pid, _) = use(data)
    killed.kill()
    killed.wait()
    heir, (same_pid, _) = use(data)
    assert pid == same_pid
    leave(heir)
    assert not is_up(data)


def test_pid_that_now_belongs_to_another_program_is_neither_believed_nor_killed(folder, use):
    data = folder / "datos"
    leave(use(data)[0])
    owner = place.find(data).owner
    with subprocess.Popen(["sleep", "60"], user=owner.uid if owner else None) as other:
        (data / "postmaster.pid").write_text(f"{other.pid}\n{data}\n0\n5432\n{data}\n\n0 0\n")
        (data / ".s.PGSQL.5432.lock").write_text(f"{other.pid}\n")
        _, (pid, _) = use(data)
        assert int(pid) != other.pid
        assert other.poll() is None
        other.kill()


def test_half_made_database_is_made_again(folder, use):
    half = folder / "datos.new" / "base"
    half.mkdir(parents=True)
    assert use(folder / "datos")[1]


def test_folder_with_something_else_in_it_is_refused(folder):
    (folder / "fotos").mkdir()
    (folder / "fotos" / "playa.jpg").touch()
    with pytest.raises(place.ServerError, match="no es una base de datos"):
        server.ensure(folder / "fotos", fsync=False)
    assert (folder / "fotos" / "playa.jpg").exists()


def test_path_too_long_for_a_socket_puts_it_in_a_private_folder(folder, use):
    data = folder / ("larga" * 20) / "datos"
    user, (_, socket) = use(data)
    assert len(socket) < 60
    assert Path(socket).stat().st_mode & 0o077 == 0
    leave(user)
    Path(socket).rmdir()


@pytest.mark.skipif(not IS_ROOT, reason="only root starts the server as another user")
def test_closed_parent_folder_moves_the_data_and_says_so(folder, use):
    closed = folder / "cerrada"
    closed.mkdir(mode=0o700)
    data = closed / "datos"
    assert use(data)[1]
    found = place.find(data)
    assert data.is_symlink()
    assert found.data.parent == folder / "almacén"
    assert f"{closed} está cerrada" in str(found)
    assert closed.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(not IS_ROOT, reason="only root starts the server as another user")
def test_programs_in_a_closed_folder_are_copied_where_the_server_may_run_them(folder, monkeypatch):
    monkeypatch.setattr(place, "STORE", folder / "almacén")
    monkeypatch.setattr(place.Owner, "may_reach", lambda owner, path: False)
    programs = place._program_folder(place.Owner(65534, 65534))
    done = subprocess.run([programs / "postgres", "--version"], user=65534, capture_output=True)
    assert done.stdout.startswith(b"postgres (PostgreSQL)")


@pytest.mark.parametrize("pool", [False, True])
def test_connection_after_the_server_was_killed_finds_a_new_one(folder, pool):
    assert run_django(folder, KILLED, pool=pool) == "1"


@pytest.mark.parametrize("pool", [False, True])
def test_forked_child_makes_its_own_connections(folder, pool):
    assert run_django(folder, FORKED, pool=pool) == "1"


def test_checking_the_site_starts_no_server(folder):
    subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=os.environ | {"POSTGRES_DATA": str(folder / "datos")},
        check=True,
        capture_output=True,
    )
    assert not list(folder.iterdir())
