"""A document's chunks: those that its text makes today, and those that are there."""

from collections.abc import Sequence

from django.utils import timezone

from rag import embedding
from rag.chunking import Piece, blocks_of, chunks
from rag.models import Chunk, Document, VectorSpace

WRITTEN = ["embedding", "text", "page", "heading", "text_hash", "dimensions", "updated_at"]


def wanted(document: Document, space: VectorSpace) -> list[Chunk]:
    """The chunks that the text makes by today's settings of its domain, without their vectors."""
    domain, blocks = document.domain, blocks_of(document.text or "", document.layout)
    found = chunks(blocks, size=domain.chunk_size, overlap=domain.chunk_overlap)
    return [_chunk(document, space, at, piece) for at, piece in enumerate(found)]


def lacking(document: Document, space: VectorSpace, made: Sequence[Chunk]) -> list[Chunk]:
    """Those of ``made`` that are not there as they must be."""
    rows = Chunk.objects.filter(document=document, embedding_model=space.model)
    there = {it[0]: it[1:] for it in rows.values_list("position", "text_hash", "page")}
    return [it for it in made if there.get(it.position) != (it.text_hash, it.page)]


def put(made: Sequence[Chunk]) -> None:
    """Store ``made``, each in the place of what stood at its position before."""
    Chunk.objects.bulk_create(
        made,
        update_conflicts=True,
        unique_fields=["document", "position", "embedding_model"],
        update_fields=WRITTEN,
    )


def remove_others(document: Document, made: Sequence[Chunk]) -> None:
    """Delete what says anything else than ``made``, in whatever model's space it is."""
    right = {it.position: it.text_hash for it in made}
    rows = Chunk.objects.filter(document=document).values_list("pk", "position", "text_hash")
    wrong = [pk for pk, position, text_hash in rows if right.get(position) != text_hash]
    Chunk.objects.filter(pk__in=wrong).delete()


def _chunk(document: Document, space: VectorSpace, position: int, piece: Piece) -> Chunk:
    chunk = Chunk(
        document=document,
        position=position,
        text=piece.text,
        page=piece.page,
        heading=piece.heading,
        embedding_model=space.model,
        dimensions=space.dimensions,
        updated_at=timezone.now(),
    )
    chunk.text_hash = embedding.fingerprint(chunk.passage)
    return chunk
