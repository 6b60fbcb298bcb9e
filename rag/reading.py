"""A document's text, taken out of its original."""

import tempfile
from typing import Any

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Refusal
from rag import extraction
from rag.chunking import joined
from rag.extraction import Fault, FileKind, Unreadable, limits
from rag.models import Document, DocumentState

REASONS: dict[Fault, Any] = {
    Fault.ENCRYPTED: gettext_lazy("Está protegido con contraseña."),
    Fault.DAMAGED: gettext_lazy("El archivo está dañado, o no es lo que dice ser."),
    Fault.FORBIDDEN_XML: gettext_lazy("Su XML trae declaraciones que no se admiten."),
    Fault.INFLATED: gettext_lazy("Descomprimido ocupa demasiado."),
    Fault.PAGES: gettext_lazy("Tiene más de %(pages)s páginas."),
    Fault.PARAGRAPHS: gettext_lazy("Tiene más de %(paragraphs)s párrafos."),
    Fault.CELLS: gettext_lazy("Tiene más de %(cells)s celdas."),
    Fault.CHARACTERS: gettext_lazy("Tiene más de %(characters)s caracteres."),
    Fault.NO_TEXT: gettext_lazy("No tiene texto. Si es un escaneo, páselo antes por un OCR."),
    Fault.TIME: gettext_lazy("Leerlo lleva demasiado tiempo."),
    Fault.MEMORY: gettext_lazy("Leerlo necesita demasiada memoria."),
}
_LIMITS = {
    "pages": limits.MOST_PAGES,
    "paragraphs": limits.MOST_PARAGRAPHS,
    "cells": limits.MOST_CELLS,
    "characters": limits.MOST_CHARACTERS,
}


class Illegible(Refusal):
    """No text could be had of an original; the message says why."""

    code = "unreadable_file"
    status_code = 422


def read(document: Document) -> None:
    """Store the text of ``document`` with its pages and headings; it is ready to be indexed.

    Raises :class:`Illegible`, after half a minute at most; then the document has failed, and keeps
    what was read of it before. A text without a file has nothing to be read.
    """
    if not document.path:
        _write(document, state=DocumentState.INDEXING, error="")
        return
    _write(document, state=DocumentState.EXTRACTING, error="")
    try:
        found = _extracted(document)
    except Illegible as refusal:
        _write(document, state=DocumentState.FAILED, error=str(refusal))
        raise
    text, layout = joined(found.blocks)
    values = {"text": text, "layout": layout, "pages": found.pages, "processed": True}
    _write(document, **values, state=DocumentState.INDEXING, error="")


def _extracted(document: Document) -> extraction.Extracted:
    """What a child process reads of the original, copied here: storage may be far away."""
    with tempfile.TemporaryFile() as copy:
        try:
            with default_storage.open(document.path) as original:
                for piece in original.chunks():
                    copy.write(piece)
        except FileNotFoundError:
            raise Illegible(_("El archivo original ya no está."), archivo="not_found") from None
        try:
            return extraction.extract(copy, FileKind(document.file_type))
        except Unreadable as error:
            raise Illegible(REASONS[error.fault] % _LIMITS, archivo=error.fault.value) from None


def _write(document: Document, **values: Any) -> None:
    """Only if it is still there: it may have been deleted meanwhile."""
    for name, value in values.items():
        setattr(document, name, value)
    Document.objects.filter(pk=document.pk).update(**values)
