"""From a document's text to chunks with vectors: a part at a time, and none made twice.

A document is one row of work (``DocumentWork``). Each batch of vectors is stored as it comes, so
a worker that dies loses one batch, and the next goes on after it.
"""

import logging
import math
import time
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from conversations.embedding import KEY_REFUSED
from core.errors import ModelRefused, ModelUnavailable
from core.work import WorkState
from rag import embedding, pieces, reading, spaces
from rag.models import Chunk, Document, DocumentState, DocumentWork, VectorSpace

logger = logging.getLogger(__name__)

BATCH = 32  # chunks of one transaction
LEASE = 120.0  # seconds: reading takes 35 at most, a batch of vectors some
SECONDS = 45  # a task comes every minute, and others want the queue too
UNREAD = (DocumentState.WAITING, DocumentState.EXTRACTING)


class Superseded(Exception):
    """Somebody else has the work now, or the document is gone: what was done does not count."""


def queue(document: Document) -> None:
    """Have the document read, if it waits for that, and indexed soon after the commit."""
    _work, made = DocumentWork.objects.get_or_create(document=document)
    if not made:
        DocumentWork.objects.filter(pk=document.pk).again()
    _ring()


def index(document: Document) -> int:
    """Index what ``document`` says with today's settings, now; how many chunks it then has.

    Raises what the provider of vectors fails with; then the queue goes on with it.
    """
    for work in _mine(document):
        _bring(document, work, seconds=math.inf)
    document.refresh_from_db()
    return document.chunks_done


def read_now(document: Document) -> None:
    """Read ``document`` for who waits for its text; the queue goes on with it.

    Raises :class:`rag.reading.Illegible`.
    """
    for work in _mine(document):
        try:
            reading.read(document)
        except reading.Illegible:
            work.finish()
            raise
        _hand_over(work)


def process_waiting(*, seconds: float = SECONDS) -> str:
    """Work on the documents that wait, one after the other, for about ``seconds``.

    One that fails stops no other. Several may run at once: each takes what no other has.
    """
    until, seen = time.monotonic() + seconds, 0
    while works := DocumentWork.objects.claim(limit=1, seconds=LEASE):
        _process(works[0], seconds=until - time.monotonic())
        seen += 1
        if time.monotonic() >= until:
            break
    _give_up_dead()
    return f"{seen} worked on"


def _mine(document: Document) -> list[DocumentWork]:
    """The work on ``document``, begun again and taken from whoever had it."""
    queue(document)
    return DocumentWork.objects.filter(pk=document.pk).claim(limit=1, seconds=LEASE)


def _process(work: DocumentWork, *, seconds: float) -> None:
    document = Document.objects.select_related("domain").filter(pk=work.pk).first()
    if document is None:  # deleted this moment, and its work with it
        return
    try:
        if document.state in UNREAD or not document.processed:
            reading.read(document)
        _bring(document, work, seconds=seconds)
    except reading.Illegible:
        work.finish()
    except Superseded:
        logger.info("Document %s is worked on by somebody else", work.pk)
    except ModelUnavailable as error:
        work.put_back()
        _note(document, str(error))
    except ModelRefused as error:
        if error.details.get("estado") in KEY_REFUSED:  # then it refuses everybody
            work.put_back()
        else:
            work.fail(str(error))
        _note(document, str(error))
    except Exception as error:  # noqa: BLE001 (the worker's own loop: one bad item stops no other)
        work.fail(type(error).__name__)
        logger.error("Document %s was not processed: %s", work.pk, type(error).__name__)


def _bring(document: Document, work: DocumentWork, *, seconds: float) -> None:
    """Index ``document`` to its end, or for ``seconds``: then it waits for the next who asks."""
    space = spaces.current()
    wanted = pieces.wanted(document, space)
    lacking = pieces.lacking(document, space, wanted)
    # Looked up before any is replaced: a text that only moved keeps its vector.
    known = embedding.known_vectors([it.text_hash for it in lacking], space=space)
    for chunk in lacking:
        chunk.embedding = known.get(chunk.text_hash)
    began = time.monotonic()
    for start in range(0, len(lacking), BATCH):
        if start and time.monotonic() - began > seconds:
            _hand_over(work)
            return
        batch = lacking[start : start + BATCH]
        _embed([it for it in batch if it.text_hash not in known], space)
        done = len(wanted) - len(lacking) + start + len(batch)
        _store(document, work, batch, done=done, total=len(wanted))
    _finish(document, work, wanted)


def _embed(batch: Sequence[Chunk], space: VectorSpace) -> None:
    vectors = embedding.embed_passages([it.passage for it in batch], space=space)
    for chunk, vector in zip(batch, vectors, strict=True):
        chunk.embedding = vector


@transaction.atomic
def _store(
    document: Document, work: DocumentWork, batch: Sequence[Chunk], *, done: int, total: int
) -> None:
    if not work.renew(LEASE):
        raise Superseded
    pieces.put(batch)
    Document.objects.filter(pk=document.pk).update(chunks_done=done, chunks_total=total, error="")


@transaction.atomic
def _finish(document: Document, work: DocumentWork, wanted: Sequence[Chunk]) -> None:
    """Nothing of an earlier text is left, in any model, and the work is done."""
    if not work.finish():
        raise Superseded
    pieces.remove_others(document, wanted)
    Document.objects.filter(pk=document.pk).update(
        state=DocumentState.READY, chunks_done=len(wanted), chunks_total=len(wanted), error=""
    )


def _hand_over(work: DocumentWork) -> None:
    """Somebody else goes on with it at once."""
    work.put_back(pause=timedelta(0))
    _ring()


def _note(document: Document, error: str) -> None:
    """What it waits for, for who looks at it."""
    Document.objects.filter(pk=document.pk).update(error=error[:300])


def _give_up_dead() -> None:
    """A document whose work was abandoned has failed, whether or not its worker could say why."""
    lost = Document.objects.filter(work__state=WorkState.DEAD).exclude(state=DocumentState.FAILED)
    for document in lost.select_related("work"):
        said = _("No se pudo preparar: %s") % document.work.error
        Document.objects.filter(pk=document.pk).update(state=DocumentState.FAILED, error=said[:300])


def _ring() -> None:
    transaction.on_commit(lambda: async_task("rag.tasks.process_documents"))
