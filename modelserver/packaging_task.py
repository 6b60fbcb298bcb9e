"""What the server hands to a packaging process, and what that hands back."""

import json
from dataclasses import asdict, dataclass

# How the merged file's changed tensors are packed: the smallest first.
KINDS = ("q8_0", "f16", "f32")


@dataclass(frozen=True)
class PackagingTask:
    """A tuned model to pack: where its files are, where they go, and how it is packed."""

    job_folder: str
    adapter_folder: str
    base: str
    base_gguf: str
    target: str
    kind: str
    context: int

    def line(self) -> bytes:
        """As the one line of JSON that ``parse`` reads."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def parse(cls, line: str) -> "PackagingTask":
        """Read what ``line`` wrote."""
        return cls(**json.loads(line))
