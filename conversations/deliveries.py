"""What doors hand in to be captured, what becomes of it, and why some is refused."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict

from django.contrib.auth.models import User

from conversations.keys import is_storable
from conversations.models import ChatSession, Conversation, Origin, Person
from conversations.threads import Turn
from core.errors import Invalid, Refusal

LONGEST = 20_000  # characters of a text: a message, not a book; looking for names takes time

NO_CONSENT = "La persona no ha aceptado que sus mensajes se usen para entrenar."


class ConsentMissing(Refusal):
    """The person has not agreed to training, or took it back."""

    code = "no_consent"
    status_code = 403

    def __init__(self, message: str = NO_CONSENT, **details: Any) -> None:
        super().__init__(message, **details)


class NoQuestion(Refusal):
    """An answer that comes by itself, in a thread where no question waits for one."""

    code = "no_question"
    status_code = 409

    def __init__(self) -> None:
        super().__init__("En este hilo no hay una pregunta que espere respuesta.")


class Facts(TypedDict, total=False):
    """What else may be known about an exchange; ``None`` and absent are the same."""

    context: str | None
    documents: str | None
    model: str | None
    tokens: int | None
    milliseconds: int | None
    client_id: int | None
    loan_id: int | None
    payment_id: int | None
    instalment_id: int | None
    product: str
    product_code: str
    category: str
    history: list[Turn]
    metadata: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """What somebody asked and, unless the bot has not spoken yet, what it answered.

    ``session`` need not be stored: the first exchange that is kept stores it.
    """

    question: str
    answer: str
    origin: str
    person: Person | None = None
    user: User | None = None
    basis: str = ""
    session: ChatSession | None = None
    outside_id: str | None = None
    created_at: datetime | None = None
    facts: Facts = field(default_factory=lambda: Facts())

    @property
    def unfit(self) -> Invalid | None:
        """Why it cannot be kept, if so. Only a person's bot may be late with its answer."""
        texts = {"question": self.question}
        if self.answer or self.origin != Origin.PERSON:
            texts["answer"] = self.answer
        return unfit(**texts)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer that comes by itself: to the last question of its thread."""

    answer: str
    session: ChatSession
    origin: str = Origin.PERSON
    person: Person | None = None
    outside_id: str | None = None
    created_at: datetime | None = None

    @property
    def unfit(self) -> Invalid | None:
        return unfit(answer=self.answer)


@dataclass(frozen=True)
class Outcome:
    """What became of one delivery: an exchange, new or known before, or a refusal."""

    conversation: Conversation | None = None
    duplicate: bool = False
    refusal: Refusal | None = None

    @property
    def kept(self) -> Conversation:
        """The exchange; raises the refusal when there is none."""
        if self.conversation is None:
            assert self.refusal  # noqa: S101  (one of the two)
            raise self.refusal
        return self.conversation


def unfit(**texts: str) -> Invalid | None:
    """A refusal naming each of ``texts`` that says nothing, or too much, or cannot be stored."""
    names = {"question": "pregunta", "answer": "respuesta"}
    reasons = {name: reason for name, text in texts.items() if (reason := _fault(text))}
    if not reasons:
        return None
    details: dict[str, Any] = {names.get(name, name): [why] for name, why in reasons.items()}
    return Invalid("Falta texto, o sobra.", **details)


def _fault(text: str) -> str:
    if not text.strip():
        return "Escriba algo."
    if len(text) > LONGEST:
        return f"Son más de {LONGEST} caracteres."
    if not is_storable(text):
        return "Tiene caracteres que no se pueden guardar."
    return ""
