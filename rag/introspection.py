"""What the database itself says of tables and columns, but for those that nobody may hear of."""

import re
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.backends.utils import CursorWrapper

_HIDDEN_TABLE = re.compile(
    r"(?:auth|django|core|pg|sql|information_schema)_.*|cache|configuracion_sistema"
    r"|conversations_(?:person|consent\w*|chatsession|chatmessage)|rag_(?:dialogue|\w+bound)"
    r"|.*(?:session|token|password|secret).*",
    re.IGNORECASE,
)
_HIDDEN_COLUMN = re.compile(
    r".*(?:password|passwd|contrase|secret|token|digest|sealed|pseudonym|api_?key).*",
    re.IGNORECASE,
)
_NO_TYPE = "USER-DEFINED"  # what SQL calls one of an extension


@dataclass(frozen=True)
class ColumnFacts:
    """A column as it is; ``meaning`` is its comment, else what the site calls it."""

    name: str
    data_type: str
    required: bool
    primary_key: bool
    indexed: bool
    referenced_table: str | None
    referenced_field: str | None
    meaning: str

    @property
    def is_foreign_key(self) -> bool:
        return self.referenced_table is not None


def is_hidden(table: str, column: str = "") -> bool:
    """Whether no prompt and no screen may name it: accounts, keys, sessions, who people are.

    >>> is_hidden("auth_user"), is_hidden("clientes"), is_hidden("clientes", "password")
    (True, False, True)
    """
    return bool(_HIDDEN_TABLE.fullmatch(table) or _HIDDEN_COLUMN.fullmatch(column))


def read(tables: list[str]) -> dict[str, list[ColumnFacts]]:
    """The columns of each of ``tables``, in order; tables that are hidden or not there are not."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor, include_views=True))
        shown = [it for it in tables if it in there and not is_hidden(it)]
        return {table: _columns(cursor, table) for table in shown}


def _columns(cursor: CursorWrapper, table: str) -> list[ColumnFacts]:
    about = connection.introspection
    relations = about.get_relations(cursor, table)
    constraints = [it for it in about.get_constraints(cursor, table).values() if it["columns"]]
    primary = {name for it in constraints if it["primary_key"] for name in it["columns"]}
    first = {it["columns"][0] for it in constraints if it["index"] or it["unique"]}
    meanings = _meanings(table)
    return [
        ColumnFacts(
            name=it.name,
            data_type=_type_of(it),
            required=not it.null_ok,
            primary_key=it.name in primary,
            indexed=it.name in first | primary,
            referenced_table=target,
            referenced_field=field,
            meaning=it.comment or meanings.get(it.name) or it.name.replace("_", " "),
        )
        for it in about.get_table_description(cursor, table)
        if not is_hidden(table, it.name)
        for field, target in [_target(relations.get(it.name))]
    ]


def _target(relation: tuple[str, str] | None) -> tuple[str | None, str | None]:
    """The field and the table that a foreign key leads to, unless nobody may hear of them."""
    return relation if relation and not is_hidden(relation[1]) else (None, None)


def _meanings(table: str) -> dict[str, str]:
    """What the site calls the columns of a table of its own."""
    ours = (it for it in apps.get_models() if it._meta.db_table == table)
    return {
        str(field.column): str(field.verbose_name)
        for it in ours
        for field in it._meta.concrete_fields
    }


def _type_of(column: Any) -> str:
    """The type as SQL writes it: ``VARCHAR(200)``, ``NUMERIC(14, 4)``."""
    try:
        kind: Any = connection.introspection.get_field_type(column.type_code, column)
    except KeyError:
        return _NO_TYPE
    size = {
        "max_length": column.display_size,
        "max_digits": column.precision,
        "decimal_places": column.scale,
    }
    written: Any = connection.data_types[kind[0] if isinstance(kind, tuple) else kind]
    return str((written(size) if callable(written) else written) % size).upper()
