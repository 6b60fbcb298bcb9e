"""``make run``: the whole site on this machine, under a watchdog, until Ctrl-C."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.urls import reverse

from trainingsite import one_at_a_time, static_files
from trainingsite.guardian import PATIENCE, Guardian
from trainingsite.supervisor import Part, Supervisor

EMBEDDED = "trainingsite.postgres"
PYTHON, MANAGE = sys.executable, str(settings.BASE_DIR / "manage.py")
MODELS_PYTHON = str(settings.BASE_DIR / ".venv-models" / "bin" / "python")


class Command(BaseCommand):
    help = "Arranca en esta máquina la web, la cola y el servidor de modelos, y los vigila."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--with-parent",
            action="store_true",
            help="parar también si muere el programa que lo arrancó",
        )

    def handle(self, *, with_parent: bool, **options: Any) -> None:
        self.began = time.monotonic()
        if with_parent:
            one_at_a_time.end_with_parent()
        try:
            self._start()
        except one_at_a_time.CannotStart as error:
            raise CommandError(str(error)) from error

    def _start(self) -> None:
        settings.VAR_DIR.mkdir(exist_ok=True)
        only = one_at_a_time.lock(settings.VAR_DIR / ".dev.lock")
        cleaning = one_at_a_time.lock(
            settings.VAR_DIR / ".dev-cleaning.lock", patience=4 * PATIENCE
        )
        port, models_port = self._ports()
        try:
            database = self._prepare()
        except KeyboardInterrupt:
            self.say("sitio", "interrumpido")
            return
        guardian = Guardian(database, keep_open=[cleaning])
        supervisor = Supervisor(parts(port, models_port), guardian=guardian, say=self.say)
        supervisor.stop_on_signals()
        supervisor.run(every_look=self._announcer(port))
        self.say("sitio", "todo parado")
        os.close(only)

    def _ports(self) -> tuple[int, int]:
        port = one_at_a_time.port_from(os.environ.get("PORT") or "8000", "PORT")
        other = os.environ.get("MODELSERVER_PORT") or str(port + 1)
        models_port = one_at_a_time.port_from(other, "MODELSERVER_PORT")
        one_at_a_time.refuse_taken(port, "PORT")
        one_at_a_time.refuse_taken(models_port, "MODELSERVER_PORT")
        return port, models_port

    def _prepare(self) -> Path | None:
        """Bring the database and the static files up to date; return the embedded one's folder.

        Raises SystemCheckError where the site would lose or give up what it confirmed.
        """
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler)
        folder = None
        if settings.DATABASES["default"]["ENGINE"] == EMBEDDED:
            place = connections["default"].server()  # type: ignore[attr-defined]
            self.say("sitio", f"PostgreSQL: {place}")
            folder = place.asked
        self.check(databases=["default"])
        call_command("migrate", interactive=False, verbosity=0)
        static_files.collect()
        call_command("prepare_site", stdout=self.stdout, stderr=self.stderr)
        connections.close_all()
        return folder

    def _announcer(self, port: int) -> Callable[[], None]:
        """A function that says, once, that the log-in page is there."""
        said = False

        def look() -> None:
            nonlocal said
            if not said and page_is_up(port):
                said = True
                seconds = time.monotonic() - self.began
                self.say("sitio", f"listo en http://127.0.0.1:{port} ({seconds:.1f} s)")

        return look

    def say(self, name: str, line: str) -> None:
        """Print a line of the part ``name``. A terminal that was closed must stop nothing."""
        with contextlib.suppress(OSError):
            self.stdout.write(f"{name:>8} | {line}")
            self.stdout.flush()


def parts(port: int, models_port: int) -> list[Part]:
    """What runs: the web, the queue and, once its environment is there, the model server."""
    local = os.environ.get("LLM_LOCAL_BASE_URL") or f"http://127.0.0.1:{models_port}/v1"
    environment = {"LLM_LOCAL_BASE_URL": local, "MODELSERVER_PORT": str(models_port)}
    found = [web(port, environment), worker(environment)]
    if "local" in settings.LLM_PROVIDERS and is_ours(local, models_port):
        settings.MODELSERVER_URL.write_text(local)  # commands in another terminal look for it
        found.append(models(environment))
    return found


def is_ours(url: str, port: int) -> bool:
    """Whether the local provider is the server that we start, not one of the user's."""
    where = urlsplit(url)
    return where.hostname in {"127.0.0.1", "localhost"} and where.port == port


def web(port: int, environment: dict[str, str]) -> Part:
    options = ["--workers", "2", "--worker-class", "gthread", "--threads", "4"]
    options += ["--bind", f"127.0.0.1:{port}", "--graceful-timeout", "2", "--no-control-socket"]
    return Part(
        name="web",
        command=[PYTHON, "-m", "gunicorn", "trainingsite.wsgi", *options],
        environment=environment | {"DATABASE_POOL": "1", "PGAPPNAME": "web"},
    )


def worker(environment: dict[str, str]) -> Part:
    return Part(
        name="worker",
        command=[PYTHON, MANAGE, "worker"],
        environment=environment | {"PGAPPNAME": "worker"},
        heartbeat=settings.WORKER_HEARTBEAT,
    )


def models(environment: dict[str, str]) -> Part:
    """The model server, after its environment: the log-in page does not wait for gigabytes."""
    setup = str(settings.BASE_DIR / "scripts" / "setup.py")
    server = Part(
        name="models",
        command=[MODELS_PYTHON, "-m", "modelserver"],
        environment=environment,
    )
    return Part(name="models", command=["nice", PYTHON, setup, "--models"], then=server)


def page_is_up(port: int) -> bool:
    """Whether the log-in page answers."""
    try:
        connection = HTTPConnection("127.0.0.1", port, timeout=1)
        with contextlib.closing(connection):
            connection.request("GET", reverse(settings.LOGIN_URL))
            return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
