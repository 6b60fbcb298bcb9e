"""Is a file fit for training? Pure: lines in, examples or a refusal with its line number out.

The rules are those of OpenAI's supervised fine-tuning: one JSON object a line with ``messages``, at
least ten lines, the answer last, ``weight`` 0 or 1 on the assistant's messages only.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

FEWEST_EXAMPLES = 10
ROLES = frozenset({"system", "user", "assistant"})

Message = dict[str, Any]
Messages = list[Message]


class InvalidFile(Exception):
    """A file that cannot be trained on: OpenAI's error code and a message for its owner."""

    def __init__(self, message: str, *, code: str = "invalid_training_file") -> None:
        super().__init__(message)
        self.code = code


def read_objects(lines: Iterable[str | bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each line's number and its JSON object; blank lines are passed over."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
        except ValueError as error:  # malformed JSON, or bytes that are no UTF-8
            raise InvalidFile(f"Line {number} is not valid JSON: {error}.") from error
        if not isinstance(data, dict):
            raise InvalidFile(f"Line {number} must be a JSON object.")
        yield number, data


def read_examples(lines: Iterable[str | bytes], *, fewest: int = FEWEST_EXAMPLES) -> list[Messages]:
    """The conversations of a training file; raises ``InvalidFile`` for the first fault."""
    examples = [_messages(number, data) for number, data in read_objects(lines)]
    refuse_few(len(examples), fewest)
    return examples


def refuse_few(examples: int, fewest: int) -> None:
    """Raise ``InvalidFile``, in OpenAI's words, for a file that is too short to learn from."""
    if examples < fewest:
        raise InvalidFile(
            f"Training file has {examples} example(s), but must have at least {fewest} examples",
            code="invalid_n_examples",
        )


def answers(messages: Messages) -> Iterator[tuple[Messages, Messages]]:
    """Each answer to learn with all that was said before it: ``(prompt, completion)``.

    A conversation of several turns teaches each of its answers, as it does at OpenAI, but for
    those whose ``weight`` is 0.
    """
    plain = [{"role": it["role"], "content": it["content"]} for it in messages]
    for position, message in enumerate(messages):
        if message["role"] == "assistant" and message.get("weight", 1) == 1:
            yield plain[:position], plain[position : position + 1]


def _messages(number: int, data: dict[str, Any]) -> Messages:
    if data.get("tools") or data.get("functions"):
        raise InvalidFile(f"Line {number} has tools, which this server does not train.")
    messages = data.get("messages")
    if not isinstance(messages, list) or not messages:
        raise InvalidFile(f'Line {number} must have a non-empty list called "messages".')
    for message in messages:
        if fault := message_fault(message):
            raise InvalidFile(f"Line {number}: {fault}.")
    if messages[-1]["role"] != "assistant":
        raise InvalidFile(f'Line {number}: the last message must have the role "assistant".')
    if messages[0]["role"] == "assistant":
        raise InvalidFile(f"Line {number}: nothing is said before the first answer.")
    if not any(answers(messages)):
        raise InvalidFile(f"Line {number}: every answer has weight 0, so nothing is learned.")
    return messages


def message_fault(message: object) -> str | None:
    """What is wrong with one message, as part of a sentence; ``None`` for a good one."""
    if not isinstance(message, dict):
        return "each message must be an object"
    role = message.get("role")
    if role not in ROLES:
        return f"the role {role!r} is not one of {', '.join(sorted(ROLES))}"
    content = message.get("content")
    if not isinstance(content, str) or not content.strip():
        return f"the content of a message of the role {role!r} must be a text that is not empty"
    if "weight" in message and (role != "assistant" or message["weight"] not in (0, 1)):
        return "weight must be 0 or 1, and on messages of the assistant only"
    return None
