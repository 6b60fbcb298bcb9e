"""The only writer of the business's words: its dictionary, its fields, its prompts' variables."""

from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.errors import Invalid, Refusal
from rag.introspection import is_hidden
from rag.models import DictionaryTerm, FieldDefinition, PromptVariable
from rag.prompt_variables import fault_of_name

Row = DictionaryTerm | FieldDefinition | PromptVariable

KEYS: dict[type[models.Model], dict[str, str]] = {
    DictionaryTerm: {"word": "palabra"},
    FieldDefinition: {"table": "tabla", "field": "campo"},
    PromptVariable: {"name": "variable"},
}
"""What names a row in its domain: its columns, as the contract calls them (requirements, 2.4)."""


class Repeated(Refusal):
    """Another row of the domain has that name; ``details`` maps its fields to the reason."""

    code = "duplicate"


@transaction.atomic
def write(row: Row, *, by: str) -> None:
    """Keep ``row``, new or changed.

    Raises :class:`Repeated` for a name that another row has, whatever its case, and
    :class:`Invalid` for one that no prompt may hold (:func:`faults_of`).
    """
    if is_repeated(row):
        raise _repeated(row)
    if faults := faults_of(row):
        told: dict[str, Any] = {KEYS[type(row)][it]: [why] for it, why in faults.items()}
        raise Invalid(_("Hay campos que no son válidos."), **told)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # somebody wrote the same at the same moment
        raise _repeated(row) from None
    audit.record("vocabulary_written", row, by=by)


@transaction.atomic
def remove(row: Row, *, by: str) -> None:
    """Delete ``row`` for good."""
    audit.record("vocabulary_removed", row, by=by)
    row.delete()


@transaction.atomic
def switch(rows: models.QuerySet, *, active: bool, by: str) -> int:
    """Let prompts use ``rows``, or no longer; how many it changed."""
    changing = list(rows.exclude(active=active).select_related("domain"))
    for row in changing:
        audit.record("vocabulary_written", row, by=by, active=active)
    mine = rows.model._default_manager.filter(pk__in=[it.pk for it in changing])
    return mine.update(active=active, updated_at=timezone.now())


def is_repeated(row: Row) -> bool:
    """Whether another row of its domain has the name of ``row``."""
    named = {f"{column}__iexact": getattr(row, column) for column in KEYS[type(row)]}
    twins = type(row)._default_manager.filter(domain=row.domain_id, **named)
    return twins.exclude(pk=row.pk).exists()


def faults_of(row: Row) -> dict[str, str]:
    """What is wrong with the name of ``row``, by column; nothing where it may be kept."""
    if isinstance(row, FieldDefinition) and is_hidden(row.table, row.field):
        column = "table" if is_hidden(row.table) else "field"
        return {column: _("Guarda cuentas, claves o datos de personas: no se le muestra a la IA.")}
    if isinstance(row, PromptVariable) and (fault := fault_of_name(row.name)):
        return {"name": fault}
    return {}


def _repeated(row: Row) -> Repeated:
    why = _("Ya existe en este dominio.")
    told: dict[str, Any] = {key: [why] for key in KEYS[type(row)].values()}
    return Repeated(_("Ya existe: %s.") % ", ".join(told), **told)
