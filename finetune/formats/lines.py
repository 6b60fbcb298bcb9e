"""An exchange as one line of JSON, in the forms that trainers read. Pure.

Each form is a function of the system text that gives a function of the exchange, so that what all
lines of a file share is written out once. The same texts make the same bytes on any machine.
"""

import hashlib
from collections.abc import Callable, Iterable

from orjson import dumps

Pair = tuple[str, str]
Line = Callable[[str, str, str], bytes]
"""Question, answer and the answer that was corrected, as a line; no bytes where it has no place."""


def chat(system: str) -> Line:
    """Three messages and nothing else: a provider need not accept other keys (E15)."""
    head = b'{"messages":[{"role":"system","content":%b},{"role":"user","content":' % dumps(system)

    def line(question: str, answer: str, _rejected: str = "") -> bytes:
        return b'%b%b},{"role":"assistant","content":%b}]}\n' % (
            head,
            dumps(question),
            dumps(answer),
        )

    return line


def completion(_system: str) -> Line:
    """Prompt and completion, as the legacy completion models read them (R146)."""

    def line(question: str, answer: str, _rejected: str = "") -> bytes:
        prompt, said = f"Usuario: {question}\nAsistente:", f" {answer}\n"
        return b'{"prompt":%b,"completion":%b}\n' % (dumps(prompt), dumps(said))

    return line


def sharegpt(system: str) -> Line:
    """Turns ``from`` human and gpt, the system text beside them."""
    tail = b'}],"system":%b}\n' % dumps(system)

    def line(question: str, answer: str, _rejected: str = "") -> bytes:
        return b'{"conversations":[{"from":"human","value":%b},{"from":"gpt","value":%b%b' % (
            dumps(question),
            dumps(answer),
            tail,
        )

    return line


def alpaca(system: str) -> Line:
    """Instruction, input (none: a question is whole) and output."""
    tail = b',"system":%b}\n' % dumps(system)

    def line(question: str, answer: str, _rejected: str = "") -> bytes:
        return b'{"instruction":%b,"input":"","output":%b%b' % (
            dumps(question),
            dumps(answer),
            tail,
        )

    return line


def dpo(system: str) -> Line:
    """The answer a person wrote, preferred to the one they corrected (reliability, 1.2)."""
    head = b'{"input":{"messages":[{"role":"system","content":%b},{"role":"user","content":' % (
        dumps(system)
    )

    def line(question: str, answer: str, rejected: str = "") -> bytes:
        if not rejected:
            return b""
        return (
            b'%b%b}],"tools":[],"parallel_tool_calls":true},'
            b'"preferred_output":[{"role":"assistant","content":%b}],'
            b'"non_preferred_output":[{"role":"assistant","content":%b}]}\n'
        ) % (head, dumps(question), dumps(answer), dumps(rejected))

    return line


def chat_line(*, system: str, question: str, answer: str) -> bytes:
    """One training example as it is sent to a provider."""
    return chat(system)(question, answer, "")


def chat_file(system: str, pairs: Iterable[Pair]) -> bytes:
    """The lines of ``pairs`` (question, answer), in their order."""
    line = chat(system)
    return b"".join(line(question, answer, "") for question, answer in pairs)


def fingerprint(*contents: bytes) -> str:
    """SHA-256 over ``contents``; where one ends and the next starts makes a difference."""
    return combined(hashlib.sha256(content).digest() for content in contents)


def combined(digests: Iterable[bytes]) -> str:
    """The fingerprint of contents whose SHA-256 digests are known already."""
    digests = list(digests)
    if len(digests) == 1:
        return digests[0].hex()
    return hashlib.sha256(b"".join(digests)).hexdigest()
