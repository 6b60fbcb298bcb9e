"""Is a file of chat lines fit for training? Every fault with the number of its line. Pure.

The rules are those of OpenAI's supervised fine-tuning (reliability, 1.2 and Q17), which this
product's own model server keeps too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from conversations.fingerprints import token_count
from conversations.keys import text_hash

FEWEST, FEW = 10, 50  # refused below; told about below
MOST_BYTES = 512 * 1024 * 1024
LONGEST = 65_536  # tokens of an example at the models that read the most
ROLES = ("system", "user", "assistant")
KEYS = {"role", "content", "weight", "name"}
OVERHEAD, PER_MESSAGE = 3, 4  # tokens around the texts of an example, and of each message

Message = dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """What is wrong, in Spanish, in which line of which part; 0 is the part as a whole."""

    part: str
    line: int
    text: str
    is_warning: bool = False

    def __str__(self) -> str:
        return f"{self.part}, línea {self.line}: {self.text}" if self.line else self.text


def problems(
    train: Iterable[bytes],
    valid: Iterable[bytes] = (),
    *,
    longest: int = LONGEST,
    most_bytes: int = MOST_BYTES,
) -> Iterator[Problem]:
    """Everything that is wrong with the lines of the two parts; nothing where they are fit.

    ``longest`` is how many tokens of an example the model reads: of a longer one the answer would
    be cut off in silence.
    """
    asked: set[str] = set()
    for part, lines in (("train", train), ("valid", valid)):
        size = number = 0
        for number, line in enumerate(lines, start=1):
            size += len(line)
            example = _read(line)
            for fault in faults(example, longest=longest):
                yield Problem(part, number, fault)
            question = _question(example)
            if part == "train":
                asked.add(question)
            elif question and question in asked:
                yield Problem(part, number, "la pregunta está también en el entrenamiento.")
        if part == "train":
            yield from _too_few(number)
        if size > most_bytes:
            told = f"Ocupa {size} bytes y el proveedor acepta {most_bytes}."
            yield Problem(part, 0, told)


def faults(messages: list[Message] | str, *, longest: int = LONGEST) -> Iterator[str]:
    """What is wrong with one example: its messages, or what keeps its line from having any."""
    if isinstance(messages, str):
        yield messages
        return
    for place, message in enumerate(messages, start=1):
        yield from (f"mensaje {place}: {fault}." for fault in _message_faults(message))
    yield from _order_faults(messages)
    tokens = tokens_of(it["content"] for it in messages if isinstance(it.get("content"), str))
    if tokens > longest:
        yield f"tiene {tokens} tokens y el modelo lee {longest}."


def tokens_of(texts: Iterable[str]) -> int:
    """The tokens of an example with a message for each text, as OpenAI counts and bills them."""
    texts = list(texts)
    return around(len(texts)) + token_count(texts)


def around(messages: int) -> int:
    """The tokens of an example that are in none of its texts."""
    return PER_MESSAGE * messages + OVERHEAD


def _order_faults(messages: list[Message]) -> Iterator[str]:
    roles = [it.get("role") for it in messages]
    if roles[-1] != "assistant":
        yield "el último mensaje no es del asistente."
    if "user" not in roles:
        yield "nadie pregunta."
    if "system" in roles[1:]:
        yield "las instrucciones (system) van primero."
    if "assistant" in roles and not any(_is_learned(it) for it in messages):
        yield "todas las respuestas tienen weight 0: no se aprende nada."


def _question(messages: list[Message] | str) -> str:
    """What tells examples apart, whatever their case and accents; empty where nobody asks."""
    if isinstance(messages, str):
        return ""
    asked = next((it.get("content") for it in messages if it.get("role") == "user"), None)
    return text_hash(asked) if isinstance(asked, str) else ""


def _read(line: bytes) -> list[Message] | str:
    """The messages of a line, or what keeps it from having any."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return "no es JSON."
    if not isinstance(found, dict):
        return "no es un objeto JSON."
    if extra := sorted(found.keys() - {"messages"}):
        return f"tiene claves que no se entrenan: {', '.join(map(repr, extra))[:80]}."
    messages = found.get("messages")
    if not isinstance(messages, list) or not messages:
        return "no tiene una lista «messages» con mensajes."
    if not all(isinstance(it, dict) for it in messages):
        return "un mensaje no es un objeto."
    return messages


def _message_faults(message: Message) -> Iterator[str]:
    role, content = message.get("role"), message.get("content")
    if role not in ROLES:
        yield "el rol no es system, user ni assistant"
    if not isinstance(content, str) or not content.strip():
        yield "no tiene texto"
    if message.keys() - KEYS:
        yield "tiene claves que no se entrenan"
    if "weight" in message and not (role == "assistant" and _is_weight(message["weight"])):
        yield "weight es 0 o 1, y solo del asistente"


def _is_weight(value: object) -> bool:
    return type(value) is int and value in (0, 1)


def _is_learned(message: Message) -> bool:
    return message.get("role") == "assistant" and message.get("weight", 1) != 0


def _too_few(lines: int) -> Iterator[Problem]:
    if lines < FEWEST:
        yield Problem("train", 0, f"Tiene {lines} ejemplos y hacen falta {FEWEST}.")
    elif lines < FEW:
        told = f"Tiene {lines} ejemplos: se aprende mejor con {FEW} o más."
        yield Problem("train", 0, told, is_warning=True)
