"""All that one training is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelserver import lora_gguf
from modelserver.device import Device
from modelserver.lora_gguf import GgufBase
from modelserver.objectives import Objective
from modelserver.plan import Plan
from modelserver.training_task import TrainingTask
from modelserver.weights import Weights

MOST_CHECKPOINTS = 3  # the models of the last epochs are kept, as many as at OpenAI


@dataclass(frozen=True)
class Lesson:
    """The weights, the file they are served from, what they are to learn, and how."""

    weights: Weights
    base: GgufBase
    objective: Objective
    training: Sequence[Any]
    validation: Sequence[Any]
    plan: Plan
    task: TrainingTask
    device: Device
    folder: Path

    @property
    def checkpoints(self) -> list[int]:
        """The steps whose models can be served, the last of all included."""
        return self.plan.checkpoints(most=MOST_CHECKPOINTS)

    def keep(self, model: Any, folder: Path) -> None:
        """Write a model's adapter to a folder, in peft's format and in llama.cpp's."""
        model.save_pretrained(folder / "adapter")
        lora_gguf.convert(folder / "adapter", self.base, folder / "adapter.gguf")
