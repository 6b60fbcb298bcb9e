"""The bot's answer, for every channel."""

from rag.assistant.answering import answer, stream
from rag.assistant.asking import ask
from rag.assistant.examples import lookup, reuse
from rag.assistant.values import (
    LONGEST_QUESTION,
    Answer,
    Example,
    NothingSaid,
    Question,
    Reply,
    Source,
    Variant,
    Withheld,
)
from rag.prompting import messages

__all__ = [
    "LONGEST_QUESTION",
    "Answer",
    "Example",
    "NothingSaid",
    "Question",
    "Reply",
    "Source",
    "Variant",
    "Withheld",
    "answer",
    "ask",
    "lookup",
    "messages",
    "reuse",
    "stream",
]
