"""A domain's questions with their sources, from a table that people write."""

from collections.abc import Iterator, Mapping, Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import Invalid
from core.models import Domain
from rag.models import Document, RetrievalQuestion
from rag.prices import table

COLUMNS = ("pregunta", "documento", "cita")
LONGEST_QUESTION = 2000
LONGEST_QUOTE = 300


@transaction.atomic
def read(domain: Domain, content: bytes, *, by: User) -> int:
    """Add the questions of a CSV or XLSX to those of ``domain``; how many were new.

    Its columns are :data:`COLUMNS`: a document is named by its title, its id of outside or its
    number, and an empty one says that nothing answers. A question that is there gets what the
    table says. Raises :class:`Invalid` naming the row; then nothing is kept.
    """
    rows = table.rows(content)
    places = _places(rows[0][1] if rows else [])
    known = _documents(domain)
    before = RetrievalQuestion.objects.filter(domain=domain).count()
    for number, cells in rows[1:]:
        told = {name: _cell(cells, places, name) for name in COLUMNS}
        _keep(domain, number, told, known)
    added = RetrievalQuestion.objects.filter(domain=domain).count() - before
    details = {"rows": len(rows) - 1, "added": added}
    audit.record("search_questions_read", domain, by=by.get_username(), **details)
    return added


def _keep(
    domain: Domain, number: int, told: Mapping[str, str], known: Mapping[str, Document]
) -> None:
    if not told["pregunta"] or len(told["pregunta"]) > LONGEST_QUESTION:
        raise _wrong(number, _("la pregunta está vacía o es demasiado larga"))
    if len(told["cita"]) > LONGEST_QUOTE:
        raise _wrong(number, _("la cita es demasiado larga"))
    document = known.get(told["documento"].casefold())
    if told["documento"] and document is None:
        raise _wrong(number, _("no hay un solo documento con ese nombre"))
    RetrievalQuestion.objects.update_or_create(
        domain=domain,
        question=told["pregunta"],
        defaults={"document": document, "quote": told["cita"], "active": True},
    )


def _places(header: Sequence[str]) -> dict[str, int]:
    named = [it.casefold() for it in header]
    if missing := [name for name in COLUMNS[:2] if name not in named]:
        raise Invalid(
            _("Falta la columna «%s».") % missing[0], archivo=f"missing column {missing[0]}"
        )
    return {name: named.index(name) for name in COLUMNS if name in named}


def _cell(cells: Sequence[str], places: Mapping[str, int], name: str) -> str:
    place = places.get(name, len(cells))
    return cells[place] if place < len(cells) else ""


def _documents(domain: Domain) -> dict[str, Document]:
    """The documents of ``domain`` by every name that is one's alone."""
    found: dict[str, Document | None] = {}
    for document in Document.objects.filter(domain=domain).only("title", "outside_id"):
        for name in _names(document):
            found[name] = document if found.setdefault(name, document) == document else None
    return {name: document for name, document in found.items() if document}


def _names(document: Document) -> Iterator[str]:
    yield document.title.casefold()
    yield str(document.pk)
    if document.outside_id:
        yield document.outside_id.casefold()


def _wrong(row: int, reason: str) -> Invalid:
    said = _("Fila %(row)d: %(reason)s.") % {"row": row, "reason": reason}
    return Invalid(said, archivo=[said])
