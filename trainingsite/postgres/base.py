"""The Django backend for the embedded PostgreSQL: it starts the server at the first connection.

Only a connection starts it: ``check``, ``makemigrations`` and mypy do not. Its settings, besides
Django's own: ``PGDATA``, the folder of its data, and ``FSYNC``, off for tests only.
"""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
from django.db import connections
from django.db.backends.postgresql import base
from django.db.backends.postgresql.client import DatabaseClient as PostgresClient
from psycopg import sql

from trainingsite.postgres import server
from trainingsite.postgres.place import Place, bundled_programs

_existing: set[tuple[Path, str]] = set()


class DatabaseClient(PostgresClient):
    """``dbshell`` with the psql of the package: the machine needs none."""

    executable_name = str(bundled_programs() / "psql")

    def runshell(self, parameters: Iterable[str]) -> None:
        self.connection.get_connection_params()
        super().runshell(parameters)


class DatabaseWrapper(base.DatabaseWrapper):
    """A PostgreSQL connection whose server and database come up when they are first needed."""

    client_class = DatabaseClient

    def server(self, *, again: bool = False) -> Place:
        """Bring the server up (``again``: after a connection failed) and say where it is.

        A server without fsync gets a folder of its own, so that it never serves real data.
        """
        folder, fsync = Path(self.settings_dict["PGDATA"]), self.settings_dict.get("FSYNC", True)
        if not fsync:
            folder = folder.with_name(f"{folder.name}-nofsync")
        return server.ensure(folder, fsync=fsync, again=again)

    def get_connection_params(self) -> dict[str, Any]:
        place = self.server()
        self.settings_dict |= {"HOST": str(place.socket), "USER": server.SUPERUSER}
        _create_database(place, self.settings_dict["NAME"])
        return super().get_connection_params()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; a server that died meanwhile is started once more.

        With a pool the pool's own connections do it, so that waiting for a free one is no reason.
        """
        if self.settings_dict["OPTIONS"].get("pool"):
            return super().get_new_connection(conn_params)
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            self.server(again=True)
            return super().get_new_connection(conn_params)

    @property
    def pool(self) -> Any:
        options = self.settings_dict["OPTIONS"].get("pool")
        if options:
            options = {} if options is True else options
            revived = {"connection_class": _reviving_connection(self)} | options
            self.settings_dict["OPTIONS"]["pool"] = revived
        return super().pool


def _create_database(place: Place, name: str | None) -> None:
    """Create the database ``name`` of the server at ``place`` if it is not there."""
    if name in {None, "", "postgres"} or (place.data, name) in _existing:
        return
    with psycopg.connect(
        host=str(place.socket), user=server.SUPERUSER, dbname="postgres", autocommit=True
    ) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if not found.fetchone():
            with contextlib.suppress(
                psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation
            ):
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    _existing.add((place.data, name))


def _reviving_connection(wrapper: DatabaseWrapper) -> type[psycopg.Connection]:
    """A connection class for the pool: real connects come here, checkouts do not."""

    class RevivingConnection(psycopg.Connection):
        @classmethod
        def connect(cls, *args: Any, **kwargs: Any) -> Any:
            try:
                return super().connect(*args, **kwargs)
            except psycopg.OperationalError:
                wrapper.server(again=True)
                return super().connect(*args, **kwargs)

    return RevivingConnection


def _forget_connections() -> None:
    """In a forked child: a pool's threads stay behind in the parent, and its sockets are shared.

    Without this, the queue's children hang on their first query. psycopg itself never closes a
    connection that another process opened.
    """
    DatabaseWrapper._connection_pools.clear()  # type: ignore[attr-defined]
    for connection in connections.all(initialized_only=True):
        connection.connection = None


os.register_at_fork(after_in_child=_forget_connections)
