"""What the server hands to a training process, and what that reports back. Neither needs torch."""

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TextIO

from modelserver.lora_options import LoraOptions
from modelserver.store import write_json


@dataclass(frozen=True)
class TrainingTask:
    """Everything a training needs to know, written to the job's folder as ``task.json``."""

    gguf: str
    weights: str | None
    cache: str
    method: Literal["supervised", "dpo"]
    n_epochs: int | Literal["auto"]
    batch_size: int | Literal["auto"]
    learning_rate_multiplier: float | Literal["auto"]
    beta: float | Literal["auto"]
    lora: LoraOptions
    seed: int
    max_steps: int | None
    max_steps_cpu: int
    threads: int
    context: int
    device: str
    save_steps: int
    save_seconds: int

    def save(self, folder: Path) -> None:
        """Write it where ``load`` finds it."""
        write_json(folder / "task.json", asdict(self))

    @classmethod
    def load(cls, folder: Path) -> "TrainingTask":
        """Read what ``save`` wrote."""
        fields = json.loads((folder / "task.json").read_text(encoding="utf-8"))
        return cls(**fields | {"lora": LoraOptions(**fields["lora"])})


class Report:
    """The training process's line to the server: one JSON object a line on its standard output.

    Libraries that print would garble it, so the real standard output is kept aside here and
    whatever else is printed goes to standard error, which is the job's log.
    """

    def __init__(self) -> None:
        self.stream: TextIO = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
        os.dup2(2, 1)
        sys.stdout = sys.stderr

    def event(self, message: str, *, level: str = "info") -> None:
        """Tell the job's owner something."""
        self._send(kind="event", message=message, level=level)

    def plan(self, *, n_epochs: int, batch_size: int, learning_rate_multiplier: float) -> None:
        """Say what ``auto`` came to."""
        self._send(
            kind="plan",
            n_epochs=n_epochs,
            batch_size=batch_size,
            learning_rate_multiplier=learning_rate_multiplier,
        )

    def metrics(self, message: str, data: dict[str, Any]) -> None:
        """Report figures, among them ``step`` and ``total_steps``."""
        self._send(kind="metrics", message=message, data=data)

    def saved(self, step: int) -> None:
        """Say that a training that is killed from now on goes on from this step."""
        self._send(kind="saved", step=step)

    def checkpoint(self, step: int, figures: dict[str, Any], *, last: bool) -> None:
        """Say that the model of this step can be served; the last one once the job succeeded."""
        self._send(kind="checkpoint", step=step, figures=figures, last=last)

    def paused(self, step: int) -> None:
        """Say that the training has stopped at this step, as it was asked to."""
        self._send(kind="paused", step=step)

    def failed(self, message: str, *, code: str) -> None:
        """Say that trying again would not help, and why."""
        self._send(kind="failed", message=message, code=code)

    def succeeded(self, *, trained_tokens: int) -> None:
        """Say that the adapter is in place."""
        self._send(kind="succeeded", trained_tokens=trained_tokens)

    def _send(self, **fields: Any) -> None:
        self.stream.write(json.dumps(fields, ensure_ascii=False) + "\n")
