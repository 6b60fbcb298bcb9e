"""What documents say about a question: the chunks nearest in meaning and in words, with why.

Who asks sees what they may: rights are conditions of the statement (:mod:`rag.fusion`).
"""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from conversations.capture import masked
from conversations.models import Person
from core.access import domains_of
from core.models import Domain
from rag import fusion, spaces, tuning
from rag.embedding import Query
from rag.fusion import Row, Scope
from rag.models import Chunk

READS_DOCUMENTS = "rag.view_document"  # whoever may open them may be answered from them


@dataclass(frozen=True)
class Found:
    """A chunk that fits a question.

    ``similarity`` is their cosine (``None``: only words were compared), ``score`` what orders
    the chunks of one search, and the ranks are its places by vectors and by words.
    """

    chunk: Chunk
    similarity: float | None
    score: float
    rank_vector: int | None
    rank_text: int | None

    @property
    def why(self) -> str:
        """How it was found, for people."""
        places = {"vector": self.rank_vector, "text": self.rank_text}
        if self.rank_vector and self.rank_text:
            return _("Por el sentido (%(vector)s.º) y por las palabras (%(text)s.º).") % places
        if self.rank_vector:
            return _("Por el sentido (%(vector)s.º); por las palabras, no.") % places
        return _("Por las palabras (%(text)s.º); por el sentido, no.") % places


@dataclass(frozen=True)
class Search:
    """What a question found, and with what: no ``vector`` means that only words were compared."""

    found: list[Found]
    threshold: float = 0
    weight: float = 0
    model: str = ""
    vector: list[float] | None = None


def search(
    domain: Domain,
    question: str | Query,
    *,
    user: User | None = None,
    person: Person | None = None,
    limit: int | None = None,
    threshold: float | None = None,
    kind: str | None = None,
    without: str | None = None,
) -> list[Found]:
    """The chunks of ``domain`` that fit ``question``, best first; see :func:`look`."""
    return look(
        domain,
        question,
        user=user,
        person=person,
        limit=limit,
        threshold=threshold,
        kind=kind,
        without=without,
    ).found


def look(
    domain: Domain,
    question: str | Query,
    *,
    user: User | None = None,
    person: Person | None = None,
    limit: int | None = None,
    threshold: float | None = None,
    weight: float | None = None,
    kind: str | None = None,
    without: str | None = None,
) -> Search:
    """Search with the domain's calibration, unless ``threshold`` or ``weight`` say otherwise.

    ``limit`` is the domain's number of chunks if it is not said. A ``person`` is shown what is
    public, whoever asks for them. When the embedder does not answer, words alone are compared.
    A :class:`Query` is masked already, and may know its vector.
    """
    space = spaces.active()
    limit = domain.chunks if limit is None else limit
    query = question if isinstance(question, Query) else Query(masked(question, domain))
    if space is None or limit < 1 or not query.text.strip():
        return Search([])
    tuned = tuning.of(domain, space.model)
    threshold = tuned.threshold if threshold is None else threshold
    weight = tuned.vector_weight if weight is None else weight
    vector = query.in_space(space) if weight > 0 else None
    rows = fusion.find(
        space,
        query.text,
        vector,
        scope=scope_of(domain, user=user, person=person, kind=kind, without=without),
        weight=weight,
        threshold=threshold,
        limit=limit,
    )
    return Search(_with_chunks(rows), threshold, weight, space.model, vector)


def scope_of(
    domain: Domain,
    *,
    user: User | None,
    person: Person | None = None,
    kind: str | None = None,
    without: str | None = None,
) -> Scope:
    """What may be found: for a person the public documents, for staff theirs, too."""
    ours = (
        user is not None
        and person is None
        and user.has_perm(READS_DOCUMENTS)
        and domains_of(user).filter(pk=domain.pk).exists()
    )
    return Scope(
        domain=domain.pk,
        staff=ours,
        user=user.pk if user and ours else None,
        kind=kind or None,
        without=without,
    )


def _with_chunks(rows: list[Row]) -> list[Found]:
    """``rows`` with their chunks, without those that are gone meanwhile."""
    there = Chunk.objects.select_related("document").defer("embedding", "search", "document__text")
    chunks = there.in_bulk([row.pk for row in rows])
    return [
        Found(chunks[row.pk], row.cosine, row.score, row.by_vector, row.by_text)
        for row in rows
        if row.pk in chunks
    ]
