"""Is a file fit for preference training (DPO)? Pure: lines in, preferences or a refusal out.

The rules are those of OpenAI's direct preference optimisation: one JSON object a line, whose
``input.messages`` end with what is to be answered, and one answer each in ``preferred_output`` and
``non_preferred_output``.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from modelserver.validation import (
    FEWEST_EXAMPLES,
    InvalidFile,
    Messages,
    message_fault,
    read_objects,
    refuse_few,
)

OUTPUTS = ("preferred_output", "non_preferred_output")


class Preference(NamedTuple):
    """What was said, the answer that is wanted, and the one that is not."""

    prompt: Messages
    preferred: Messages
    other: Messages


def read_preferences(
    lines: Iterable[str | bytes], *, fewest: int = FEWEST_EXAMPLES
) -> list[Preference]:
    """The preferences of a training file; raises ``InvalidFile`` for the first fault."""
    found = [_preference(number, data) for number, data in read_objects(lines)]
    refuse_few(len(found), fewest)
    return found


def _preference(number: int, data: dict[str, Any]) -> Preference:
    asked = data.get("input")
    if not isinstance(asked, dict):
        raise InvalidFile(f'Line {number} must have an object called "input".')
    if asked.get("tools"):
        raise InvalidFile(f"Line {number} has tools, which this server does not train.")
    prompt = _messages(number, asked.get("messages"), "input.messages")
    if prompt[-1]["role"] == "assistant":
        raise InvalidFile(f"Line {number}: input.messages must not end with an answer.")
    preferred, other = (_answer(number, data.get(name), name) for name in OUTPUTS)
    if preferred == other:
        raise InvalidFile(f"Line {number}: the two answers are the same.")
    return Preference(prompt, preferred, other)


def _answer(number: int, value: Any, name: str) -> Messages:
    messages = _messages(number, value, name)
    if len(messages) != 1 or messages[0]["role"] != "assistant":
        raise InvalidFile(f'Line {number}: {name} must be one message of the role "assistant".')
    return messages


def _messages(number: int, value: Any, name: str) -> Messages:
    if not isinstance(value, list) or not value:
        raise InvalidFile(f"Line {number} must have a non-empty list {name}.")
    for message in value:
        if fault := message_fault(message):
            raise InvalidFile(f"Line {number}: {fault}.")
    return [{"role": it["role"], "content": it["content"]} for it in value]
