"""A PEFT adapter as a GGUF file that llama.cpp loads beside its base. Needs no torch.

The format is llama.cpp's: two matrices for each tensor of the base, called after it with
``.lora_a`` and ``.lora_b``, and the scale as ``adapter.lora.alpha``.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from gguf import MODEL_ARCH_NAMES, GGUFReader, GGUFWriter, get_tensor_name_map
from numpy.typing import NDArray
from safetensors.numpy import load_file

from modelserver.rotary import interleave

_TENSOR = re.compile(r"base_model\.model\.(?P<module>.+)\.lora_(?P<side>[AB])\.weight")
# Architectures whose rotary pairs llama.cpp reorders, and those it takes as they are. Of another
# nobody here has looked which of the two it is, and a wrong guess talks nonsense.
_INTERLEAVED = frozenset({"llama", "granite", "smollm3"})
_PLAIN = frozenset({"qwen2", "qwen3", "gemma", "gemma2", "gemma3", "phi3", "olmo2", "starcoder2"})


class UnsupportedAdapter(Exception):
    """The adapter holds something that llama.cpp's format cannot say."""


def convert(adapter: Path, base: "GgufBase", target: Path) -> None:
    """Write the adapter of the folder ``adapter`` as ``target``, for that base.

    Raises ``UnsupportedAdapter``. The file appears whole or not at all.
    """
    config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    _refuse_unsupported(config)
    draft = target.with_name(f"{target.name}.new")
    writer = GGUFWriter(draft, base.architecture)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", _alpha(config))
    for name, matrix in _tensors(load_file(adapter / "adapter_model.safetensors"), base):
        writer.add_tensor(name, matrix)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    draft.replace(target)


def refuse_unservable(keys: Iterable[str], base: "GgufBase") -> None:
    """Raise ``UnsupportedAdapter`` unless an adapter with tensors of these names fits the base.

    It asks before a training what would otherwise be found out at its end.
    """
    for key in keys:
        base.tensor_name(_parts(key).module)


class GgufBase:
    """What must be known of a base: its architecture, its heads and its tensors' names.

    Reading it takes seconds for a large vocabulary. Raises ``UnsupportedAdapter``.
    """

    def __init__(self, path: Path) -> None:
        self.reader = GGUFReader(path)
        self.architecture = str(self._field("general.architecture"))
        if self.architecture not in _INTERLEAVED | _PLAIN:
            raise UnsupportedAdapter(
                f"The architecture {self.architecture} is not among those whose adapters are"
                f" converted here: {', '.join(sorted(_INTERLEAVED | _PLAIN))}."
            )
        architectures = {name: arch for arch, name in MODEL_ARCH_NAMES.items()}
        blocks = int(self._field(f"{self.architecture}.block_count"))
        self.names = get_tensor_name_map(architectures[self.architecture], blocks)
        self.heads = int(self._field(f"{self.architecture}.attention.head_count"))
        kv_heads = self.reader.get_field(f"{self.architecture}.attention.head_count_kv")
        self.kv_heads = int(kv_heads.contents()) if kv_heads else self.heads

    def _field(self, name: str) -> Any:
        field = self.reader.get_field(name)
        if field is None:
            raise UnsupportedAdapter(f"The base model's file does not say its {name}.")
        return field.contents()

    def tensor_name(self, module: str) -> str:
        """The base's name for a module of the Hugging Face model."""
        name = self.names.get_name(module)
        if name is None:
            raise UnsupportedAdapter(f"{self.architecture} has no tensor for {module}.")
        return f"{name}.weight"

    def ordered(self, module: str, matrix: NDArray[np.float32]) -> NDArray[np.float32]:
        """The rows of a ``lora_B`` in the order of the base's own tensor."""
        if self.architecture not in _INTERLEAVED:
            return matrix
        if module.endswith(".q_proj"):
            return interleave(matrix, self.heads)
        if module.endswith(".k_proj"):
            return interleave(matrix, self.kv_heads)
        return matrix


def _tensors(
    weights: dict[str, NDArray[Any]], base: GgufBase
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    for key in sorted(weights):
        module, side = _parts(key)
        matrix = weights[key].astype(np.float32)
        if side == "B":
            matrix = base.ordered(module, matrix)
        yield f"{base.tensor_name(module)}.lora_{side.lower()}", matrix


class _Parts(NamedTuple):
    module: str
    side: str


def _parts(key: str) -> _Parts:
    match = _TENSOR.fullmatch(key)
    if match is None:
        raise UnsupportedAdapter(f"The adapter has an unknown tensor: {key}.")
    return _Parts(match["module"], match["side"])


def _alpha(config: dict[str, Any]) -> float:
    """llama.cpp divides by the rank; rank-stabilised LoRA divides by its square root."""
    alpha = float(config["lora_alpha"])
    return alpha * math.sqrt(config["r"]) if config.get("use_rslora") else alpha


def _refuse_unsupported(config: dict[str, Any]) -> None:
    for key in ("use_dora", "modules_to_save", "lora_bias", "rank_pattern", "alpha_pattern"):
        if config.get(key):
            raise UnsupportedAdapter(f"llama.cpp cannot load an adapter with {key}.")
    if config.get("bias", "none") != "none":
        raise UnsupportedAdapter("llama.cpp cannot load an adapter that trains biases.")
