"""Documents come, change and go: the verbs that every door calls."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from conversations.models import Conversation
from core import audit
from core.errors import Invalid
from core.models import Domain
from rag import indexing, originals
from rag.chunking import joined
from rag.extraction.cleaning import clean
from rag.extraction.limits import MOST_CHARACTERS
from rag.extraction.plain import sections
from rag.models import Audience, Document, DocumentKind, DocumentState

LONGEST_TITLE = 255
TEXT = "texto"  # the type of what came without a file


def upload(
    domain: Domain,
    *,
    file: File,
    title: str,
    description: str = "",
    kind: str = DocumentKind.GENERAL,
    audience: str = Audience.PUBLIC,
    by: User,
) -> Document:
    """Keep ``file`` as a document of ``domain``; the queue reads it and prepares the search.

    Raises :class:`Invalid`, naming the field, and :class:`rag.originals.TooLarge`; then nothing is
    kept. What is found out while it is read is told by ``state`` and ``error``.
    """
    document = Document(
        domain=domain,
        title=fit_title(title),
        description=clean(description) or None,
        kind=kind,
        audience=audience,
        owner=by,
    )
    original = originals.accepted(file)
    document.file_name, document.file_type = original.name, original.kind
    document.bytes, document.sha256 = original.bytes, original.sha256
    document.path = originals.store(original)
    try:
        with transaction.atomic():
            document.save(force_insert=True)
            indexing.queue(document)
            told = {"type": document.file_type, "bytes": document.bytes}
            audit.record("document_uploaded", document, by=by.get_username(), **told)
    except BaseException:  # a file takes no part in a transaction
        default_storage.delete(document.path)
        raise
    return document


@transaction.atomic
def add_text(
    domain: Domain,
    *,
    title: str,
    text: str,
    kind: str = DocumentKind.GENERAL,
    metadata: Mapping[str, Any] | None = None,
    outside_id: str | None = None,
    audience: str = Audience.PUBLIC,
    conversation: Conversation | None = None,
    by: str,
) -> Document:
    """Keep ``text`` (Markdown headings count) as a document without a file, for the search.

    The same ``outside_id`` in ``domain`` is the same document: its text is replaced, and nothing
    happens when nothing changed. ``by`` is a username, or a part of the site. Raises
    :class:`Invalid`, naming the field.
    """
    body, layout = joined(sections(_fit_text(text)))
    told = {
        "title": fit_title(title),
        "kind": kind,
        "metadata": dict(metadata or {}),
        "audience": audience,
        "conversation": conversation,
    }
    read = {
        "text": body,
        "layout": layout,
        "processed": True,
        "bytes": len(body.encode()),
        "sha256": hashlib.sha256(body.encode()).hexdigest(),
    }
    names = {"file_name": told["title"], "file_type": TEXT, "outside_id": outside_id}
    document, made = _found_or_made(domain, outside_id, told | read | names)
    reread = made or document.sha256 != read["sha256"]
    if made or _changed(document, told) or reread:
        _write(document, **told, **read)
        audit.record("document_written", document, by=by, bytes=read["bytes"], kind=str(kind))
    if reread:
        _begin_again(document)
    return document


@transaction.atomic
def edit(document: Document, *, by: str, **values: Any) -> Document:
    """Give ``title``, ``description``, ``kind``, ``audience`` or ``active`` another value.

    Raises :class:`Invalid`, naming the field.
    """
    if "title" in values:
        values["title"] = fit_title(values["title"])
    changed = sorted(name for name, value in values.items() if getattr(document, name) != value)
    if changed:
        _write(document, **{name: values[name] for name in changed})
        audit.record("document_edited", document, by=by, fields=changed)
    return document


def process(document: Document) -> bool:
    """Have its text now, for who waits for it; ``False``: it was there already.

    Raises :class:`rag.reading.Illegible`, after half a minute at most.
    """
    if document.processed:
        return False
    indexing.read_now(document)
    return True


def activate(document: Document, *, by: str) -> bool:
    """Answers may lean on it again; ``False``: they did already."""
    return _switch(document, active=True, by=by)


def deactivate(document: Document, *, by: str) -> bool:
    """Answers lean on it no more; ``False``: they did not."""
    return _switch(document, active=False, by=by)


@transaction.atomic
def reprocess(document: Document, *, by: str) -> None:
    """Read the original again and index it with today's settings; what it said serves meanwhile."""
    _begin_again(document)
    audit.record("document_reprocessed", document, by=by)


@transaction.atomic
def delete(document: Document, *, by: str) -> None:
    """Remove it with its text and chunks; its file goes once that is certain."""
    path = document.path
    audit.record("document_deleted", document, by=by)
    document.delete()
    if path:
        transaction.on_commit(lambda: default_storage.delete(path))


def fit_title(given: str) -> str:
    """A title as it is kept: one line. Raises :class:`Invalid` for none, and for too long a one."""
    title = " ".join(clean(given).split())
    if not title:
        raise Invalid(_("Falta el título."), titulo="required")
    if len(title) > LONGEST_TITLE:
        raise Invalid(_("El título es demasiado largo."), titulo="too_long")
    return title


@transaction.atomic
def _switch(document: Document, *, active: bool, by: str) -> bool:
    others = Document.objects.filter(pk=document.pk, active=not active)
    if not others.update(active=active):
        return False
    document.active = active
    action = "document_activated" if active else "document_deactivated"
    audit.record(action, document, by=by)
    return True


def _begin_again(document: Document) -> None:
    _write(document, state=DocumentState.WAITING, error="")
    indexing.queue(document)


def _write(document: Document, **values: Any) -> None:
    for name, value in values.items():
        setattr(document, name, value)
    document.save(update_fields=[*values, "updated_at"])


def _found_or_made(
    domain: Domain, outside_id: str | None, values: Mapping[str, Any]
) -> tuple[Document, bool]:
    if outside_id is None:
        return Document.objects.create(domain=domain, **values), True
    rows = Document.objects.select_for_update(no_key=True, of=("self",))
    return rows.get_or_create(domain=domain, outside_id=outside_id, defaults=dict(values))


def _changed(document: Document, told: Mapping[str, Any]) -> bool:
    return any(getattr(document, name) != value for name, value in told.items())


def _fit_text(given: str) -> str:
    text = clean(given)
    if not text:
        raise Invalid(_("El texto está vacío."), texto="empty")
    if len(text) > MOST_CHARACTERS:
        raise Invalid(_("El texto es demasiado largo."), texto="too_long")
    return text
