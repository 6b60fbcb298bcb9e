"""Many rows at once by COPY, which takes them several times sooner than an INSERT of as many."""

from collections.abc import Sequence

from django.db import connection, models
from psycopg.sql import SQL, Identifier

_KEYS = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s) ORDER BY 1"


def copy_in(rows: Sequence[models.Model]) -> None:
    """Insert ``rows``, all of one model, in their order; each is given its key.

    Like ``bulk_create()``: triggers and constraints hold, no signal is sent. A column filled by
    the database's own default must be given. Raises :class:`django.db.IntegrityError`.
    """
    if not rows:
        return
    meta = rows[0]._meta
    fields = meta.local_concrete_fields
    columns = SQL(", ").join(Identifier(str(field.column)) for field in fields)
    copy_from = SQL("COPY {} ({}) FROM STDIN").format(Identifier(meta.db_table), columns)
    with connection.cursor() as cursor:
        cursor.execute(_KEYS, [meta.db_table, meta.pk.column, len(rows)])
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key
        with connection.wrap_database_errors, cursor.copy(copy_from) as copy:
            for row in rows:
                copy.write_row([_prepared(field, row) for field in fields])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _prepared(field: models.Field, row: models.Model) -> object:
    return field.get_db_prep_save(field.pre_save(row, add=True), connection)
