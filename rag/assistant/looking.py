"""What is looked up for a question, and which of it an answer used."""

from collections.abc import Sequence
from dataclasses import dataclass

from rag import citing, dialogues, retrieval, vocabulary
from rag.assistant.values import Answer, Example, Question, Reply, Source
from rag.embedding import Query
from rag.models import Dialogue
from rag.prompting import Material, Passage
from rag.retrieval import Found


@dataclass(frozen=True)
class Looked:
    """What was found: passages and examples, nearest first, the turns before, and ``words`` of the
    dictionary that the question touches."""

    found: Sequence[Found] = ()
    near: tuple[Example, ...] = ()
    history: Sequence[tuple[str, str]] = ()
    examples: int = 0  # of those near, how many a model is shown
    words: str = ""

    @property
    def passages(self) -> list[Passage]:
        return [_passage(number, it) for number, it in enumerate(self.found, 1)]

    @property
    def material(self) -> Material:
        return Material(self.passages, self.near[: self.examples], self.history, self.words)


def look(asked: Question, near: tuple[Example, ...], dialogue: Dialogue | None) -> Looked:
    """What goes with the question: for the bare base nothing, for the base with examples those,
    for who answers in service all.
    """
    if asked.variant != "active":
        return Looked(near=near, examples=asked.domain.examples)
    history = dialogues.turns(dialogue) if dialogue else list(asked.history)
    found = _found(asked, history) if asked.documents else []
    words = vocabulary.relevant(asked.domain, asked.query.text)
    return Looked(found, near, history, asked.domain.examples, words)


def answer_of(reply: Reply, looked: Looked) -> Answer:
    """A model's reply, with the passages it was shown; those it leans on are cited."""
    shown = reply.shown.passages
    text = citing.without_strays(reply.text, {it.number for it in shown})
    return Answer(
        text,
        "model",
        model=reply.model,
        tokens=reply.tokens,
        milliseconds=reply.milliseconds,
        examples=looked.near,
        sources=sources(looked.found[: len(shown)], cited=citing.cited(text, shown)),
        reply=reply,
    )


def sources(found: Sequence[Found], *, cited: frozenset[int]) -> tuple[Source, ...]:
    """``found`` as it is told, numbered from 1."""
    return tuple(
        Source(
            number=number,
            chunk_id=it.chunk.pk,
            document_id=it.chunk.document_id,
            title=it.chunk.document.title,
            page=it.chunk.page,
            similarity=None if it.similarity is None else round(it.similarity, 4),
            cited=number in cited,
        )
        for number, it in enumerate(found, 1)
    )


def _found(asked: Question, history: Sequence[tuple[str, str]]) -> list[Found]:
    """The passages for the question; where it has none by itself, for it after the one before."""
    user = None if asked.person else asked.by
    found = retrieval.search(asked.domain, asked.query, user=user, person=asked.person)
    if found or not history:
        return found
    together = Query(f"{history[-1][0]} {asked.query.text}")
    return retrieval.search(asked.domain, together, user=user, person=asked.person)


def _passage(number: int, found: Found) -> Passage:
    chunk = found.chunk
    has_heading = not chunk.heading or chunk.text.startswith(chunk.heading)
    text = chunk.text if has_heading else f"{chunk.heading}\n{chunk.text}"
    return Passage(number, chunk.document.title, text, chunk.page)
