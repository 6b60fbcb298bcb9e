"""The vectors of documents: one model's are searched, and another's are made beside them.

Vectors of two models never compare. So a change of ``DOCUMENT_EMBEDDER`` (or of its model) opens a
second space: each chunk gets a second row there, a part at a time, while searches go on with the
first. When none is missing the second takes over, and the rows of the first are removed.
"""

import logging
import time

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from core import llm
from core.errors import Invalid
from rag import embedding
from rag.models import Chunk, VectorSpace

logger = logging.getLogger(__name__)

SECONDS = 40  # a task comes every minute, and others want the queue too
BATCH = 16  # passages: about a screen of text each
REMOVED_AT_ONCE = 2000
LONGEST_VECTOR = (
    2000  # numbers that an index over ``vector`` takes; over ``halfvec``, twice as many
)
# Among 100,000 chunks a sparser graph lost one in eight of the ten nearest, however far it was
# searched; a denser one takes longer to make, which beside the vectors themselves is nothing.
GRAPH = "m = 24, ef_construction = 200"
State = VectorSpace.State


def active() -> VectorSpace | None:
    """The space that searches use; ``None`` before anything was indexed."""
    return VectorSpace.objects.filter(state=State.ACTIVE).first()


def current() -> VectorSpace:
    """The space that searches use, opened now if there is none.

    Raises what the provider fails with when it must be asked how long its vectors are.
    """
    return active() or _open_first()


def passage_model(provider: str) -> str:
    """The model that ``provider`` gives vectors to passages with. Raises :class:`Invalid`."""
    known = llm.provider(provider)
    if found := known.passage_model or known.embedding_model:
        return found
    raise Invalid(
        f"El proveedor «{provider}» no tiene un modelo de vectores.", DOCUMENT_EMBEDDER="no_model"
    )


def build(model: str, provider: str) -> VectorSpace:
    """The space of ``model`` with its index, opened beside the active one if it was not there.

    Raises :class:`Invalid` for an unknown provider, and what the provider fails with.
    """
    space = VectorSpace.objects.filter(model=model).first() or _opened(model, provider)
    if space.state == State.RETIRED:
        space.state = State.BUILDING
        space.save(update_fields=["state"])
    _move(space, provider)
    make_index(space)
    return space


def go_on() -> str:
    """Bring the vectors a step nearer to what the settings ask for; a sentence about it.

    Safe to run again at any moment. Raises what the provider fails with.
    """
    now, provider = active(), settings.DOCUMENT_EMBEDDER
    if now is None:
        return "nothing is indexed yet"
    wanted = passage_model(provider)
    if now.model == wanted:
        _move(now, provider)
    target = now if now.model == wanted else build(wanted, provider)
    copied = _copy(target)
    if missing(target).exists():
        return f"{target}: {copied} more"
    if target != now:
        switch(target)
        return f"{target} is in use"
    return f"{_remove_others(now)} of other models removed"


def switch(space: VectorSpace) -> None:
    """Searches use ``space`` from now on."""
    with transaction.atomic():
        VectorSpace.objects.filter(state=State.ACTIVE).update(state=State.RETIRED)
        space.state, space.activated_at = State.ACTIVE, timezone.now()
        space.save(update_fields=["state", "activated_at"])
    logger.info("Documents are searched with %s", space)


def missing(space: VectorSpace) -> QuerySet[Chunk]:
    """The chunks of other models that have no twin in ``space`` yet."""
    twin = Chunk.objects.filter(
        document=OuterRef("document"),
        position=OuterRef("position"),
        embedding_model=space.model,
    )
    return Chunk.objects.exclude(embedding_model=space.model).exclude(Exists(twin))


def progress(space: VectorSpace) -> tuple[int, int]:
    """How many chunks have their vector in ``space``, of how many."""
    done = Chunk.objects.filter(embedding_model=space.model).count()
    left = missing(space).values("document", "position").distinct().count()
    return done, done + left


def vector_type(space: VectorSpace) -> str:
    """The type that its index and its searches read the one column as."""
    name = "vector" if space.dimensions <= LONGEST_VECTOR else "halfvec"
    return f"{name}({space.dimensions:d})"


def _open_first() -> VectorSpace:
    provider = settings.DOCUMENT_EMBEDDER
    space = build(passage_model(provider), provider)
    try:
        switch(space)
    except IntegrityError:  # somebody else opened one meanwhile
        return current()
    return space


def _opened(model: str, provider: str) -> VectorSpace:
    """A new space, as long as the provider's vectors are."""
    (vector,) = llm.embed(["pasaje"], by=provider, model=model)
    told = llm.provider(provider)
    space, _made = VectorSpace.objects.get_or_create(
        model=model,
        defaults={
            "provider": provider,
            "question_model": told.embedding_model if model == told.passage_model else model,
            "dimensions": len(vector),
        },
    )
    return space


def _move(space: VectorSpace, provider: str) -> None:
    """The same model, asked of another provider."""
    if space.provider != provider:
        space.provider = provider
        space.save(update_fields=["provider"])


def make_index(space: VectorSpace) -> None:
    """The partial index of one model: made while it is empty, so that no task waits for it."""
    kind = vector_type(space)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE INDEX {_gently()} IF NOT EXISTS {_index(space)} ON {Chunk._meta.db_table} "
            f"USING hnsw ((embedding::{kind}) {kind.partition('(')[0]}_cosine_ops) "
            f"WITH ({GRAPH}) "
            "WHERE modelo_embedding = %s",
            [space.model],
        )


def _copy(space: VectorSpace) -> int:
    """Give ``space`` what it lacks, a batch at least and for some seconds; how many chunks."""
    done, started = 0, time.monotonic()
    while batch := list(missing(space).order_by("document", "position")[:BATCH]):
        vectors = embedding.embed_passages([it.passage for it in batch], space=space)
        done += _store(space, batch, vectors)
        if time.monotonic() - started > SECONDS:
            break
    return done


@transaction.atomic
def _store(space: VectorSpace, batch: list[Chunk], vectors: list[list[float]]) -> int:
    """Twins of those of ``batch`` that are still there: a document may be gone meanwhile."""
    there = set(
        Chunk.objects.filter(pk__in=[it.pk for it in batch])
        .select_for_update(no_key=True, of=("self",))
        .values_list("pk", flat=True)
    )
    twins = [
        Chunk(
            document_id=it.document_id,
            embedding=vector,
            position=it.position,
            text=it.text,
            page=it.page,
            heading=it.heading,
            text_hash=it.text_hash,
            embedding_model=space.model,
            dimensions=space.dimensions,
        )
        for it, vector in zip(batch, vectors, strict=True)
        if it.pk in there
    ]
    Chunk.objects.bulk_create(twins, ignore_conflicts=True)
    return len(twins)


def _remove_others(space: VectorSpace) -> int:
    """Delete rows of models that are no longer searched, some at a time, and then their indexes."""
    old = Chunk.objects.exclude(embedding_model=space.model).values("pk")[:REMOVED_AT_ONCE]
    removed, _ = Chunk.objects.filter(pk__in=old).delete()
    if not removed:
        for it in VectorSpace.objects.exclude(pk=space.pk):
            drop_index(it)
            it.delete()
    return removed


def drop_index(space: VectorSpace) -> None:
    """Without it searches are exact, and slow where there are many chunks."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {_gently()} IF EXISTS {_index(space)}")


def _gently() -> str:
    """An index is made or dropped beside who writes, but not inside a transaction."""
    if not connection.in_atomic_block:
        return "CONCURRENTLY"
    connection.check_constraints()  # those that wait for the commit would stand in the way
    return ""


def _index(space: VectorSpace) -> str:
    return f"chunk_hnsw_{space.pk:d}"
