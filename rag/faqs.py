"""Frequent questions as documents: one each, so that each is found and cited alone."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.keys import normalise, text_hash
from core.errors import Invalid
from core.models import Domain
from rag import documents
from rag.extraction.plain import decoded
from rag.models import Audience, Document, DocumentKind

MOST = 1000  # in a file
MOST_BYTES = 2 * 1024 * 1024
_LONGEST_QUESTION = 500
_COLUMNS = {
    **dict.fromkeys(["question", "pregunta"], "question"),
    **dict.fromkeys(["answer", "respuesta"], "answer"),
    **dict.fromkeys(["category", "categoria"], "category"),
}


@dataclass(frozen=True)
class Faq:
    question: str
    answer: str
    category: str = ""


def read(content: bytes) -> list[Faq]:
    """The questions of a CSV (``pregunta``, ``respuesta``, ``categoria``) or a JSON file.

    JSON is a list of objects, alone or under ``faqs`` (requirements, 3.4). Raises :class:`Invalid`
    with what is wrong, by row.
    """
    if len(content) > MOST_BYTES:
        raise _invalid(_("El archivo pasa de 2 MB."))
    text = decoded(content).strip()
    rows = list(_json(text) if text.startswith(("[", "{")) else _csv(text))
    if not rows or len(rows) > MOST:
        raise _invalid(
            _("Trae %(found)s preguntas; se admiten de 1 a %(most)s.")
            % {
                "found": len(rows),
                "most": MOST,
            }
        )
    faults = {f"fila {place}": [why] for place, row in rows if (why := _fault(row))}
    if faults:
        details: dict[str, Any] = dict(list(faults.items())[:20])
        raise Invalid(_("Hay filas con errores; no se guardó nada."), **details)
    return [Faq(**row) for _place, row in rows]


@transaction.atomic
def add(
    domain: Domain, faqs: Iterable[Faq], *, audience: str = Audience.PUBLIC, by: str
) -> list[Document]:
    """Keep each as a document; one whose question is known gets its new answer."""
    return [
        documents.add_text(
            domain,
            title=it.question[: documents.LONGEST_TITLE],
            text=f"{it.question}\n{it.answer}",
            kind=DocumentKind.FAQ,
            metadata={"category": it.category} if it.category else {},
            outside_id=f"faq-{text_hash(it.question)}",
            audience=audience,
            by=by,
        )
        for it in faqs
    ]


def _csv(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    first = text.partition("\n")[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=max(";,\t", key=first.count))
    try:
        names = [_COLUMNS.get(normalise(it), "") for it in next(lines, [])]
        if not {"question", "answer"} <= set(names):
            raise _invalid(_("La primera fila no nombra las columnas pregunta y respuesta."))
        for cells in lines:
            if any(cells):
                told = dict(zip(names, map(str.strip, cells), strict=False))
                yield (
                    lines.line_num,
                    {it: told.get(it, "") for it in ("question", "answer", "category")},
                )
    except csv.Error:
        raise _invalid(_("La fila %s no se entiende.") % lines.line_num) from None


def _json(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise _invalid(_("No es JSON.")) from None
    given = found.get("faqs") if isinstance(found, dict) else found
    for place, row in enumerate(given if isinstance(given, list) else [], start=1):
        told = row if isinstance(row, dict) else {}
        named = {_COLUMNS.get(normalise(str(key)), ""): value for key, value in told.items()}
        yield place, {it: _text(named.get(it)) for it in ("question", "answer", "category")}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _fault(row: dict[str, str]) -> str:
    if not row["question"] or not row["answer"]:
        return _("Falta la pregunta o la respuesta.")
    if len(row["question"]) > _LONGEST_QUESTION:
        return _("La pregunta pasa de %s letras.") % _LONGEST_QUESTION
    return _("Trae un carácter que no se puede guardar.") if "\0" in str(row) else ""


def _invalid(reason: str) -> Invalid:
    return Invalid(reason, archivo=[reason])
