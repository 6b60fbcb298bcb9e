"""The passages that an answer was made from, as far as who looks may read them."""

from dataclasses import dataclass

from django.contrib.auth.models import User

from rag.models import Chunk, Document, Turn


@dataclass(frozen=True)
class Passage:
    """A passage that a model was shown; ``cited`` if its answer leans on it."""

    chunk: Chunk
    cited: bool

    @property
    def key(self) -> str:
        """Its value in a form."""
        return str(self.chunk.pk)


def shown_with(turn: Turn | None, user: User) -> list[Passage]:
    """Those of ``turn`` from documents that ``user`` may read, the cited ones first."""
    if turn is None:
        return []
    readable = Document.objects.shown_to(user)
    rows = turn.chunks.filter(document__in=readable).select_related("document")
    light = rows.defer("embedding", "document__text", "document__layout")
    found = [Passage(it, it.pk in turn.cited) for it in light.order_by("pk")]
    return sorted(found, key=lambda it: not it.cited)
