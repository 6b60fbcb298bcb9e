"""Where a training runs: the one place that knows of processors."""

import os
import resource
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

# Without one of these a CPU emulates bfloat16, which is slower than full precision.
_BF16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})


@dataclass(frozen=True)
class Device:
    """A processor to train on: torch's name, what people and its trainer are told."""

    name: str
    description: str

    @property
    def is_cpu(self) -> bool:
        """Whether steps are so slow that their number is limited."""
        return self.name == "cpu"

    def trainer_options(self) -> dict[str, Any]:
        """Arguments for the trainer.

        Mixed precision only where the hardware computes it fast. Activations are computed twice
        instead of kept where memory is scarce, on a GPU; a CPU has memory and no time.
        """
        cpu_only = {"use_cpu": True, "dataloader_pin_memory": False} if self.is_cpu else {}
        return cpu_only | {"bf16": self.bf16, "gradient_checkpointing": not self.is_cpu}

    @property
    def peak_memory_mb(self) -> int:
        """The most memory that this process has held so far, of the processor's own kind."""
        if self.is_cpu:
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        return int(torch.cuda.max_memory_reserved()) // 2**20

    @property
    def bf16(self) -> bool:
        """Whether the hardware computes in bfloat16, rather than emulating it."""
        if self.is_cpu:
            return bool(_BF16_FLAGS & _cpu_flags())
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))

    @property
    def dtype(self) -> torch.dtype:
        """What the frozen weights are kept in: half the memory on a GPU that computes in it."""
        return torch.bfloat16 if self.bf16 and not self.is_cpu else torch.float32


def choose(setting: str, *, threads: int) -> Device:
    """The device for a setting of ``auto``, ``cpu`` or ``cuda``.

    Must come before anything that looks for GPUs. Raises ``RuntimeError`` when the setting is
    ``cuda`` and no GPU can be used.
    """
    torch.set_num_threads(threads)
    _see_one_gpu()
    fault = "MODELSERVER_DEVICE is cpu" if setting == "cpu" else _fault()
    if fault is None:
        return Device("cuda", torch.cuda.get_device_name())
    if setting == "cuda":
        raise RuntimeError(f"MODELSERVER_DEVICE is cuda, but {fault}")
    return Device("cpu", f"the CPU: {fault}")


def _see_one_gpu() -> None:
    """Leave the first GPU visible: TRL refuses to split batches among those of one process.

    CUDA reads the variable once, when it is first asked for its devices.
    """
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "0")
    os.environ["CUDA_VISIBLE_DEVICES"] = visible.partition(",")[0]


def _fault() -> str | None:
    """What keeps torch from computing on a GPU: one that is too old or full is listed as well."""
    if not torch.backends.cuda.is_built():
        return "torch was built without CUDA"
    if not torch.cuda.is_available():
        return "torch finds no CUDA device"
    try:
        torch.ones(1, device="cuda").sum().item()
    except RuntimeError as error:
        reason, *_advice = str(error).split("\n")
        return f"the GPU cannot be used: {reason}"
    return None


def _cpu_flags() -> frozenset[str]:
    """What Linux says the processor can do; nothing where it does not say."""
    source = Path("/proc/cpuinfo")
    if not source.exists():
        return frozenset()
    lines = source.read_text(encoding="utf-8", errors="replace").splitlines()
    flags = next((line for line in lines if line.startswith("flags")), "")
    return frozenset(flags.partition(":")[2].split())
