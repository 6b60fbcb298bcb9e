"""The field catalogue and the database: what may be looked at, and bringing one to the other.

Staff list the tables in the setting ``AI/tablas_catalogo`` (a JSON list; with a domain's key as
its subcategory, for that domain alone). Tables that nobody may hear of are left out of any list.
"""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from core import audit
from core.models import Domain, Setting
from rag.introspection import ColumnFacts, is_hidden, read
from rag.models import FieldDefinition

CATEGORY, KEY = "AI", "tablas_catalogo"
TABLES = (
    *("clientes", "prestamos", "pagos", "cuotas", "modelos_riesgo", "modelos_impago_cuotas"),
    *("conversations_catalogueentry", "rag_pricelist", "rag_listedprice"),
)
"""What is looked at where nobody listed others."""
TECHNICAL = (
    *("data_type", "required", "indexed", "is_foreign_key"),
    *("referenced_table", "referenced_field"),
)
"""The columns of a definition that are the database's, named as the facts of a column are."""
_KEPT = 3600  # seconds (requirements, 2.4)


@dataclass(frozen=True)
class Catalogue:
    """The columns of each table, in order, and when they were read."""

    tables: dict[str, list[ColumnFacts]]
    read_at: datetime


@dataclass(frozen=True)
class Synchronised:
    """What :func:`synchronise` did, counted."""

    created: int
    updated: int
    unchanged: int


def tables_of(domain: Domain) -> list[str]:
    """The tables that ``domain`` may look at: its own list, else the site's, else the usual."""
    rows = Setting.objects.filter(category=CATEGORY, key=KEY, subcategory__in=["", domain.slug])
    own = rows.order_by("-subcategory").values_list("value_json", flat=True).first()
    listed = own if isinstance(own, list) else TABLES
    return sorted({it for it in listed if isinstance(it, str) and not is_hidden(it)})


def catalogue(domain: Domain) -> Catalogue:
    """The tables of ``domain`` as they were within the last hour."""
    tables = tables_of(domain)
    kept = cache.get(_key(tables))
    return Catalogue(*kept) if kept else _read(tables)


@transaction.atomic
def synchronise(domain: Domain, *, by: str) -> Synchronised:
    """Write what the database says of its columns into the catalogue of ``domain``.

    Missing rows are made, technical columns refreshed; definitions, notes, values and examples
    are people's and stay (requirements, 2.4).
    """
    Domain.objects.select_for_update(no_key=True).get(pk=domain.pk)  # one at a time
    rows = {(it.table, it.field): it for it in FieldDefinition.objects.filter(domain=domain)}
    made, changed, total = [], [], 0
    for table, columns in _read(tables_of(domain)).tables.items():
        total += len(columns)
        for place, it in enumerate(columns, start=1):
            row = rows.get((table, it.name))
            if row is None:
                made.append(_new(domain, table, it, place))
            elif _differs(row, it):
                changed.append(_told(row, it))
    FieldDefinition.objects.bulk_create(made)
    FieldDefinition.objects.bulk_update(changed, [*TECHNICAL, "updated_at"])
    done = Synchronised(len(made), len(changed), total - len(made) - len(changed))
    audit.record("fields_synchronised", domain, by=by, **asdict(done))
    return done


def _read(tables: list[str]) -> Catalogue:
    found = Catalogue(read(tables), timezone.now())
    cache.set(_key(tables), (found.tables, found.read_at), _KEPT)
    return found


def _key(tables: list[str]) -> str:
    listed = hashlib.sha256("\n".join(tables).encode()).hexdigest()
    return f"tablas-campos:{listed}"


def _new(domain: Domain, table: str, it: ColumnFacts, place: int) -> FieldDefinition:
    row = FieldDefinition(
        domain=domain, table=table, field=it.name, definition=it.meaning, position=place
    )
    return _told(row, it)


def _told(row: FieldDefinition, it: ColumnFacts) -> FieldDefinition:
    for name in TECHNICAL:
        setattr(row, name, getattr(it, name))
    row.updated_at = timezone.now()
    return row


def _differs(row: FieldDefinition, it: ColumnFacts) -> bool:
    return any(getattr(row, name) != getattr(it, name) for name in TECHNICAL)
