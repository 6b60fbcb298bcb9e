"""What the server hands to a serving process."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class LlamaTask:
    """A model to serve: its file, its adapter and template if it was tuned, and how.

    ``exact``: nothing is rounded for speed on the way to an answer, but by the file's own packing.
    """

    gguf: str
    lora: str | None
    chat_template: str | None
    threads: int
    context: int
    api_key: str
    exact: bool

    def line(self) -> bytes:
        """As the one line of JSON that ``parse`` reads."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def parse(cls, line: str) -> "LlamaTask":
        """Read what ``line`` wrote."""
        return cls(**json.loads(line))
