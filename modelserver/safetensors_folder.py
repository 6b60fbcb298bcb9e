"""The tensors of a folder in Hugging Face's format, one at a time. Needs no torch.

The library that reads safetensors for numpy knows no bfloat16, which most models are kept in; the
format is a length, a JSON header and the bytes, so it is read here.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_TYPES: dict[str, np.dtype[Any]] = {
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "BF16": np.dtype("<u2"),
}
_HEADER_LENGTH = 8


class UnreadableTensor(Exception):
    """A tensor of a kind that is not read here, such as one that is packed already."""


class Tensor(NamedTuple):
    """A tensor on disk."""

    name: str
    shape: tuple[int, ...]
    kind: str
    data: NDArray[Any]

    def read(self) -> NDArray[np.float32]:
        """Its numbers."""
        raw = self.data.reshape(self.shape)
        if self.kind == "BF16":  # the upper half of a float32
            return (raw.astype(np.uint32) << 16).view(np.float32)
        return raw.astype(np.float32)


def tensors(folder: Path) -> Iterator[Tensor]:
    """Every tensor of every ``.safetensors`` file; raises ``UnreadableTensor``."""
    for path in sorted(folder.glob("*.safetensors")):
        yield from _tensors(path)


def _tensors(path: Path) -> Iterator[Tensor]:
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_HEADER_LENGTH), "little")
        header = json.loads(file.read(length))
    content = np.memmap(path, mode="r")[_HEADER_LENGTH + length :]
    for name, told in header.items():
        if name == "__metadata__":
            continue
        if told["dtype"] not in _TYPES:
            raise UnreadableTensor(f"{name} is of the type {told['dtype']}.")
        start, end = told["data_offsets"]
        numbers = content[start:end].view(_TYPES[told["dtype"]])
        yield Tensor(name, tuple(told["shape"]), told["dtype"], numbers)
