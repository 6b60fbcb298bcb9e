"""Where a training runs: the one place that knows of processors."""

from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True)
class Device:
    """A processor to train on and what its trainer must be told."""

    name: str

    @property
    def is_cpu(self) -> bool:
        """Whether steps are so slow that their number is limited."""
        return self.name == "cpu"

    def trainer_options(self) -> dict[str, Any]:
        """Arguments for the trainer: mixed precision only where the hardware computes it fast."""
        if self.is_cpu:
            return {"use_cpu": True, "bf16": False, "dataloader_pin_memory": False}
        return {"bf16": torch.cuda.is_bf16_supported()}


def choose(setting: str, *, threads: int) -> Device:
    """The device for a setting of ``auto``, ``cpu`` or ``cuda``; raises ``RuntimeError``."""
    torch.set_num_threads(threads)
    if setting == "cpu" or (setting == "auto" and not torch.cuda.is_available()):
        return Device("cpu")
    if not torch.cuda.is_available():
        raise RuntimeError("MODELSERVER_DEVICE is cuda, but torch finds no CUDA device")
    return Device("cuda")
