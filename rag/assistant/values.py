"""What goes into an answer and comes out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypedDict

from django.contrib.auth.models import User

from conversations.models import Conversation, Person
from conversations.said import Said
from core.errors import ModelUnavailable
from core.models import Domain, PromptVersion
from finetune.models import TrainedModel
from rag.embedding import Query
from rag.models import Turn
from rag.prompting import Material

LONGEST_QUESTION = 2000  # characters (requirements, 2.4)

Variant = Literal["active", "base", "examples"]
"""Who answers: the domain's active model with all there is, the bare base, or it with examples."""

Came = Literal["model", "approved", "correction", "quote", "passage", "unknown", "sorry", "consent"]
"""Where an answer came from: a model, an approved answer as it is, one that staff put right, the
dialogue about a proforma, a passage word for word, nowhere (nothing is known, or nobody is there to
ask, and it says so), or what the product itself says about a person's data."""


class NothingSaid(ModelUnavailable):
    """A model answered, with no text."""


class Withheld(ModelUnavailable):
    """A model answered with its own instructions; nobody gets that.

    ``said`` is what it said, as far as it was heard: an exam judges it.
    """

    code = "withheld"

    def __init__(self, said: str, **details: Any) -> None:
        super().__init__("El modelo contestó con sus instrucciones.", **details)
        self.said = said


class How(TypedDict, total=False):
    """What else may be said about a question; see :class:`Question`."""

    by: User | None
    person: Person | None
    channel: str
    variant: Variant
    keep: bool
    documents: bool
    thread: str
    history: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Question:
    """A message to be answered.

    With a ``person`` it is theirs, whoever speaks for them (``by``), and what was said before in
    the ``channel`` is known; else ``history`` tells it, masked. ``thread`` tells several threads
    of one person in a channel apart. Without ``keep`` the exchange is not stored, and without
    ``documents`` none is looked into.
    """

    domain: Domain
    text: str
    by: User | None = None
    person: Person | None = None
    channel: str = "chat"
    variant: Variant = "active"
    keep: bool = True
    documents: bool = True
    thread: str = ""
    history: Sequence[tuple[str, str]] = ()

    @cached_property
    def said(self) -> Said:
        """What is said in answering it, without personal data: each text is read once."""
        return Said(self.domain)

    @cached_property
    def query(self) -> Query:
        """It without personal data, as examples and passages are looked up with it."""
        return Query(self.said.masked(self.text))


@dataclass(frozen=True)
class Example:
    """An approved exchange near the question.

    ``similarity`` says how sure it is that the same is asked, 1 at most; ``agrees`` whether it
    is near enough to be served, both name the same numbers and things, and nothing is added.
    """

    conversation_id: int
    question: str
    answer: str
    similarity: float
    agrees: bool


@dataclass(frozen=True)
class Source:
    """A passage that was shown to the model, or served; ``cited`` if the answer leans on it."""

    number: int
    chunk_id: int
    document_id: int
    title: str
    page: int | None
    similarity: float | None
    cited: bool


@dataclass(frozen=True)
class Reply:
    """What a model said to what it was shown, and what that took."""

    text: str
    model: str
    tokens: int
    milliseconds: int
    shown: Material
    prompt: PromptVersion
    trained: TrainedModel | None = None


@dataclass(frozen=True)
class Answer:
    """What the bot says, and where it came from.

    ``text`` is text: whoever shows it renders nothing of it. ``welcome`` goes before it and
    ``consent``, the question of consent word for word, after it, when they are due. ``turn`` is
    its row; none for what the product says about a person's data.
    """

    text: str
    source: Came
    model: str = ""
    tokens: int = 0
    milliseconds: int = 0
    examples: tuple[Example, ...] = ()
    sources: tuple[Source, ...] = ()
    quote: Any = None
    conversation: Conversation | None = None
    consent: str | None = None
    welcome: str | None = None
    turn: Turn | None = None
    reply: Reply | None = None
