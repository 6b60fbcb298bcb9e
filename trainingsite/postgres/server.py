"""Start, find and stop the embedded PostgreSQL that the processes of one checkout share.

* One locked file orders making, starting and stopping; the kernel drops the lock of a crash.
* Every process that uses the server holds a shared lock on the lease for life, and so do the
  children it forks. The last one out stops the server.
* Alive means that it answers on its socket. A pid is never believed and never killed: it may
  have been given to another program since.
"""

import atexit
import contextlib
import fcntl
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from trainingsite.postgres import place as places
from trainingsite.postgres.place import Place, ServerError

SUPERUSER = "postgres"
PATIENCE = 60.0  # seconds that a server may take to start, recover or finish stopping
STOP_SECONDS = 4
ATTEMPTS = 3  # a killed server's children may hold its shared memory a moment longer
LOG_LIMIT = 5_000_000
QUICK_AND_UNSAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")

_ready: dict[Path, tuple[Place, int]] = {}
_leases: dict[Path, int] = {}


def ensure(pgdata: str | Path, *, fsync: bool = True, again: bool = False) -> Place:
    """Make sure that the server of ``pgdata`` runs, and keep it running while this process lives.

    ``again`` looks even if this process found it before: for callers whose connection failed.
    Raises ServerError when it cannot run.
    """
    asked = Path(pgdata).absolute()
    known, pid = _ready.get(asked, (None, 0))
    if known and not again and pid == os.getpid() and (known.socket / places.SOCKET_NAME).exists():
        return known
    place = places.find(asked)
    with _locked(place.lock):
        _take_lease(place)
        if not (place.data / "PG_VERSION").exists():
            _create(place, fsync=fsync)
        place.claim(place.socket)
        _bring_up(place, fsync=fsync)
    _ready[asked] = (place, os.getpid())
    return place


def stop_if_unused(place: Place) -> bool:
    """Stop the server unless some process still holds a lease; return whether it was stopped."""
    with _locked(place.lock), place.lease.open("a") as lease:
        try:
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        if _ping(place) is Ping.NO_RESPONSE:
            return False
        _pg_ctl(place, "stop", "-m", "fast", "-t", str(STOP_SECONDS))
    return True


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    try:
        held = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError as error:
        raise ServerError(
            f"{path} es de otro usuario: arranque con el mismo de siempre."
        ) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _take_lease(place: Place) -> None:
    if place.data in _leases:
        return
    held = os.open(place.lease, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(held, fcntl.LOCK_SH)
    _leases[place.data] = held
    atexit.register(_leave, place, os.getpid())


def _leave(place: Place, owner: int) -> None:
    """At exit: give the lease back and stop the server if nobody else has one."""
    if os.getpid() != owner:  # a forked child: the lease is its parent's to give back
        return
    os.close(_leases.pop(place.data))
    with contextlib.suppress(OSError, ServerError):  # a later process adopts it or stops it
        stop_if_unused(place)


def _create(place: Place, *, fsync: bool) -> None:
    """Make an empty database cluster. It appears complete, in one rename, or not at all."""
    fresh = place.data.with_name(f"{place.data.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    place.claim(fresh)
    options = ["--username", SUPERUSER, "--auth=trust", "--encoding=UTF8"]
    options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
    options += [] if fsync else ["--no-sync"]
    _run(place, "initdb", "--pgdata", str(fresh), *options, cwd=fresh)
    try:
        fresh.rename(place.data)
    except OSError as error:
        raise ServerError(f"{place.data} no está vacía y no es una base de datos.") from error


def _bring_up(place: Place, *, fsync: bool) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        if _answers(place):
            return
        _forget_the_dead(place)
        try:
            _start(place, fsync=fsync)
        except ServerError:
            if attempt == ATTEMPTS:
                raise
            time.sleep(1)


def _answers(place: Place) -> bool:
    """Whether the server answers, after waiting for one that is on its way up or down."""
    deadline = time.monotonic() + PATIENCE
    while (state := _ping(place)) is not Ping.OK:
        if state is Ping.NO_RESPONSE and not _postmaster_lives(place):
            return False
        if time.monotonic() > deadline:
            raise ServerError(f"PostgreSQL no responde; lo último que dijo:\n{_last_words(place)}")
        time.sleep(0.1)
    return True


def _ping(place: Place) -> Ping:
    question = make_conninfo(
        host=str(place.socket), user=SUPERUSER, dbname="postgres", connect_timeout=2
    )
    return Ping(PGconn.ping(question.encode()))


def _postmaster_lives(place: Place) -> bool:
    """Whether the pid that the server left belongs to a server of this very folder.

    The postmaster works inside its data folder; a zombie and a recycled pid do not. Root without
    the right to trace may not read that link: then any server of PostgreSQL is believed.
    """
    try:
        pid = int((place.data / "postmaster.pid").read_text().split()[0])
        return Path(f"/proc/{pid}/cwd").readlink() == place.data
    except PermissionError:
        return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return False


def _forget_the_dead(place: Place) -> None:
    """Remove what a killed server left behind: with its pid in use again, no new one starts."""
    for left in (
        place.data / "postmaster.pid",
        place.socket / places.SOCKET_NAME,
        place.socket / f"{places.SOCKET_NAME}.lock",
    ):
        left.unlink(missing_ok=True)


def _start(place: Place, *, fsync: bool) -> None:
    """Start it without TCP: only who may enter the folder of the socket can connect."""
    folder = str(place.socket).replace('"', '""')
    settings = [f'unix_socket_directories="{folder}"', "unix_socket_permissions=0700"]
    settings += ["listen_addresses=", "jit=off", "log_checkpoints=off"]
    settings += [] if fsync else QUICK_AND_UNSAFE
    options = " ".join(f"-c {shlex.quote(setting)}" for setting in settings)
    if place.log.exists() and place.log.stat().st_size > LOG_LIMIT:
        place.log.rename(place.log.with_suffix(".log.1"))
    try:
        _pg_ctl(place, "start", "-t", str(int(PATIENCE)), "-l", place.log.name, "-o", options)
    except ServerError as error:
        raise ServerError(f"{error}\n{_last_words(place)}") from error


def _last_words(place: Place) -> str:
    try:
        return place.log.read_text(errors="replace")[-1500:]
    except OSError:
        return ""


def _pg_ctl(place: Place, *arguments: str) -> None:
    """Run pg_ctl inside the data folder: its own quoting of long options is weak."""
    _run(place, "pg_ctl", "-w", *arguments, cwd=place.data)


def _run(place: Place, program: str, *arguments: str, cwd: Path) -> None:
    """Run a program of PostgreSQL as the user who owns the data; raise ServerError if it fails."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    user: dict[str, Any] = {}
    if place.owner:
        user = {"user": place.owner.uid, "group": place.owner.gid, "extra_groups": []}
    with tempfile.TemporaryFile() as said:  # not a pipe: the server would keep it open for life
        done = subprocess.run(  # noqa: S603
            [str(place.programs / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env=clean | {"LC_ALL": "C.UTF-8", "PGDATA": str(cwd)},
            cwd=cwd,
            check=False,
            **user,
        )
        said.seek(0)
        if done.returncode:
            words = said.read().decode(errors="replace")[-2000:]
            raise ServerError(f"{program} falló ({done.returncode}): {words}")
