"""An exchange as a provider reads it: one line of JSON with three chat messages. Pure."""

import hashlib
import json
from collections.abc import Iterable

Pair = tuple[str, str]


def chat_line(*, system: str, question: str, answer: str) -> bytes:
    """One training example, the same bytes for the same texts on any machine.

    Nothing but ``messages``: a provider need not accept other keys (requirements, E15).
    """
    messages = [
        {"role": "system", "content": system},
        {"role": "user", "content": question},
        {"role": "assistant", "content": answer},
    ]
    text = json.dumps({"messages": messages}, ensure_ascii=False, separators=(",", ":"))
    return f"{text}\n".encode()


def chat_file(system: str, pairs: Iterable[Pair]) -> bytes:
    """The lines of ``pairs`` (question, answer), in their order."""
    return b"".join(
        chat_line(system=system, question=question, answer=answer) for question, answer in pairs
    )


def fingerprint(*contents: bytes) -> str:
    """SHA-256 over ``contents``; where one ends and the next starts makes a difference."""
    digest = hashlib.sha256()
    for content in contents:
        digest.update(hashlib.sha256(content).digest() if len(contents) > 1 else content)
    return digest.hexdigest()
