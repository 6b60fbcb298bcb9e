"""What the product serves word for word, and what it did when questions alone were compared."""

from pathlib import Path

from django.conf import settings

from conversations import embedding
from conversations.models import Conversation
from core import llm
from core.models import Domain
from rag import assistant
from rag.assistant import Answer, unaided

DATA = Path(__file__).parent / "data"
QUESTION_ALONE = (0.94, 0.02)  # the lines that served nothing wrong, and little, by it


def lines(name: str) -> list[list[str]]:
    """The rows of a file of ours, and their columns."""
    return [it.split("\t") for it in (DATA / name).read_text("utf-8").splitlines()]


def served(domain: Domain, question: str) -> Answer | None:
    """The approved or corrected answer that ``question`` gets, as it is; no model is asked."""
    return unaided.served(domain, assistant.lookup(domain, question))


def served_by_the_question_alone(domain: Domain, question: str) -> str | None:
    """The peer: the nearest approved question's answer, where the cosine and its lead suffice."""
    (vector,) = llm.embed([question], by=settings.LLM_EMBEDDER)
    approved = Conversation.objects.filter(domain=domain).ready(min_stars=domain.min_stars)
    (best, cosine), *others = embedding.nearest(approved, vector, limit=4)
    rivals = [near for row, near in others if row.answer != best.answer]
    line, margin = QUESTION_ALONE
    is_clear = not rivals or cosine - max(rivals) >= margin
    return best.answer if cosine >= line and is_clear else None
