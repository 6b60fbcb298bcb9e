"""The files that documents are made of: what is taken in, where it lies, who may have it."""

import hashlib
import re
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.errors import Invalid, NotFound, Refusal
from core.models import Setting
from rag.extraction import FileKind, kind_of
from rag.models import Document

FOLDER_KEY = "ruta_documentos_ai"  # of ConfiguracionSistema (requirements, E23)
FOLDER = "documentos_ai"
LONGEST_NAME = 255
BEING_STORED = timedelta(hours=1)  # at most, between a file and its row
_FOLDER_FORM = re.compile(r"[\w.-]+(/[\w.-]+)*/?")
_STORED_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[a-z]+")


class TooLarge(Refusal):
    """A file of more than ``DOCUMENT_MAX_MB``."""

    code = "too_large"
    status_code = 413


@dataclass(frozen=True)
class Original:
    """A file that may be kept, and what is known of it."""

    file: File
    name: str
    kind: FileKind
    bytes: int
    sha256: str


def accepted(file: File) -> Original:
    """``file`` with what it holds, by its content.

    Raises :class:`Invalid` for a name, or a content, that is none of a document, and
    :class:`TooLarge`.
    """
    name, size = _named(file.name or ""), file.size
    if not size:
        raise Invalid(_("El archivo está vacío."), archivo="empty")
    if size > settings.DOCUMENT_MAX_MB * 1024 * 1024:
        most = {"most": settings.DOCUMENT_MAX_MB}
        raise TooLarge(_("El archivo pasa de %(most)s MB.") % most, archivo="too_large")
    kind = kind_of(name, cast("IO[bytes]", file))
    if kind is None:
        said = _("No es un documento que se pueda leer: PDF, DOCX, XLSX, TXT, MD o CSV.")
        raise Invalid(said, archivo="not_a_document")
    return Original(file, name, kind, size, _hash(file))


def store(original: Original) -> str:
    """Put the file into storage under a name that nobody can guess; its key there."""
    original.file.seek(0)
    return default_storage.save(f"{folder()}/{uuid.uuid4()}.{original.kind}", original.file)


def sweep() -> int:
    """Delete the files that no document names; how many.

    A file takes no part in a transaction: whoever dies between one and the other leaves it there.
    Only what :func:`store` named is looked at, and nothing new. Raises :class:`Refusal` as
    :func:`folder` does.
    """
    place = folder()
    keys = [f"{place}/{name}" for name in _stored_in(place)]
    named = set(Document.objects.filter(path__in=keys).values_list("path", flat=True))
    return sum(_forget(key) for key in keys if key not in named)


def folder() -> str:
    """Where originals lie: the setting's value, or its default while nobody gave one.

    Raises :class:`Refusal` for a value that leads out of the storage.
    """
    given = Setting.objects.filter(key=FOLDER_KEY).values_list("value", flat=True).first()
    wanted = (given or FOLDER).strip()
    if not _FOLDER_FORM.fullmatch(wanted) or ".." in wanted.split("/"):
        said = _("El ajuste «%s» no es una carpeta dentro del almacenamiento.") % FOLDER_KEY
        raise Refusal(said, code="bad_setting", ajuste=FOLDER_KEY)
    return wanted.rstrip("/")


def attachment(document: Document, *, by: str) -> FileResponse:
    """The original to be saved, never shown, for who may have it; it is written down who took it.

    Raises :class:`NotFound` for a text without a file, and for a file that is gone.
    """
    if not document.path or not default_storage.exists(document.path):
        raise NotFound(_("El archivo original ya no está."), archivo="not_found")
    audit.record("document_taken", document, by=by)
    answer = FileResponse(
        default_storage.open(document.path),
        as_attachment=True,
        filename=document.file_name,
        content_type="application/octet-stream",
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _stored_in(place: str) -> list[str]:
    try:
        _, names = default_storage.listdir(place)
    except FileNotFoundError:  # nothing was ever stored
        return []
    return [name for name in names if _STORED_FORM.fullmatch(name)]


def _forget(key: str) -> bool:
    """Delete a file unless its row may still be on its way."""
    with suppress(FileNotFoundError):  # somebody else did
        if default_storage.get_modified_time(key) < timezone.now() - BEING_STORED:
            default_storage.delete(key)
            return True
    return False


def _named(given: str) -> str:
    """The name as it is kept and shown; it names nothing on any disk."""
    if not given.strip() or len(given) > LONGEST_NAME:
        raise Invalid(_("El nombre del archivo falta o es demasiado largo."), archivo="bad_name")
    if not given.isprintable() or "/" in given or "\\" in given:
        said = _("El nombre del archivo tiene caracteres que no se admiten.")
        raise Invalid(said, archivo="bad_name")
    return given.strip()


def _hash(file: File) -> str:
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    return digest.hexdigest()
