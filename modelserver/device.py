"""Where a training runs: the one place that knows of processors."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

# Without one of these a CPU emulates bfloat16, which is slower than full precision.
_BF16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})


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
            fast = bool(_BF16_FLAGS & _cpu_flags())
            return {"use_cpu": True, "bf16": fast, "dataloader_pin_memory": False}
        return {"bf16": torch.cuda.is_bf16_supported()}


def choose(setting: str, *, threads: int) -> Device:
    """The device for a setting of ``auto``, ``cpu`` or ``cuda``; raises ``RuntimeError``."""
    torch.set_num_threads(threads)
    if setting == "cpu" or (setting == "auto" and not torch.cuda.is_available()):
        return Device("cpu")
    if not torch.cuda.is_available():
        raise RuntimeError("MODELSERVER_DEVICE is cuda, but torch finds no CUDA device")
    return Device("cuda")


def _cpu_flags() -> frozenset[str]:
    """What Linux says the processor can do; nothing where it does not say."""
    source = Path("/proc/cpuinfo")
    if not source.exists():
        return frozenset()
    lines = source.read_text(encoding="utf-8", errors="replace").splitlines()
    flags = next((line for line in lines if line.startswith("flags")), "")
    return frozenset(flags.partition(":")[2].split())
