"""Answers that no model makes: what was approved, what a document says, or that there is none."""

from django.utils.translation import gettext_lazy as _

from conversations import screening
from core.models import Domain
from rag import cleaning, corrections, prompting
from rag.assistant import examples
from rag.assistant.looking import Looked, sources
from rag.assistant.values import Answer, Came, Example, Question
from rag.excerpts import excerpt
from rag.models import Document

SORRY = _("Ahora mismo no puedo contestar. Inténtelo de nuevo en unos minutos.")
UNKNOWN = _("No encuentro eso en la información que tengo. ¿Puede preguntarlo de otra manera?")
GREETINGS = ("hola", "buenas", "buenos días", "buenas tardes", "buenas noches", "gracias", "adiós")
LONGEST_PASSAGE = 700  # characters of what is served of one


def served(domain: Domain, near: tuple[Example, ...]) -> Answer | None:
    """The answer that staff put right, else the approved one, that is near enough to be served."""
    if right := examples.corrected(domain, near):
        return _as_it_is(right, "correction", near)
    best = examples.reuse(domain, near)
    return _as_it_is(best, "approved", near) if best else None


def is_beyond(asked: Question, safe: str, looked: Looked) -> bool:
    """Whether nothing that is known carries the question, where documents are to be answered from.

    A greeting needs nothing. A domain whose text ``unknown`` is empty lets its model answer.
    """
    if looked.found or examples.are_near(asked.domain, looked.near) or not asked.documents:
        return False
    if asked.domain.texts.get("unknown") == "" or _is_small_talk(asked.domain, safe):
        return False
    return Document.objects.filter(domain=asked.domain).in_use().exists()


def unknown(domain: Domain) -> Answer:
    """That nothing is known, in the domain's words (text ``unknown``) or the house's."""
    return Answer(domain.texts.get("unknown") or str(UNKNOWN), "unknown")


def instead(asked: Question, looked: Looked) -> Answer:
    """What is said when no model can be asked: the nearest approved answer, if it is near enough,
    else what the best passage says of it, else an apology (text ``sorry``).
    """
    if known := _known(asked.domain, looked.near):
        return known
    if looked.passages:
        return from_passage(asked, looked)
    return Answer(asked.domain.texts.get("sorry") or str(SORRY), "sorry")


def from_passage(asked: Question, looked: Looked) -> Answer:
    """What the best passage says of the question, word for word and cited."""
    said = excerpt(looked.passages[0].text, asked.query.text)
    words = prompting.shortened(said, LONGEST_PASSAGE)
    text = cleaning.clean(words, hosts=asked.domain.texts.get("links") or [])
    return Answer(f"{text} [1]", "passage", sources=sources(looked.found[:1], cited=frozenset({1})))


def _known(domain: Domain, near: tuple[Example, ...]) -> Answer | None:
    """The nearest answer that is near enough; of those as near, one that staff put right."""
    best = examples.same(domain, near)
    if best is None:
        return None
    alike = [it for it in near if best.similarity - it.similarity < domain.reuse_margin]
    right = corrections.served([it.conversation_id for it in alike])
    for one in alike:
        if one.conversation_id == right:
            return _as_it_is(one, "correction", near)
    return _as_it_is(best, "approved", near)


def _as_it_is(one: Example, came: Came, near: tuple[Example, ...]) -> Answer:
    """The one that is served stands first among the examples: ``Turn.served``."""
    return Answer(one.answer, came, examples=(one, *(it for it in near if it != one)))


def _is_small_talk(domain: Domain, safe: str) -> bool:
    greetings = [*GREETINGS, *(domain.texts.get("greetings") or [])]
    why = screening.screen(safe, greetings=greetings, keywords=(), has_entity=False)
    return why is not None
