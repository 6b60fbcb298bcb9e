"""An adapter merged into its base: one GGUF file that needs no other. Needs no torch.

Every tensor that the adapter touches is unpacked, gets ``alpha / rank * B @ A`` added and is packed
again in the wanted kind. Others are copied as they are, but in the kinds that pack nothing, where
those that were packed are unpacked too: llama.cpp rounds what it multiplies with a packed matrix.
What the file says of itself is copied.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from gguf import (
    GGMLQuantizationType,
    GGUFReader,
    GGUFValueType,
    GGUFWriter,
    LlamaFileType,
    ReaderTensor,
)
from gguf.quants import dequantize, quant_shape_to_byte_shape, quantize
from numpy.typing import NDArray

_FLOAT = GGMLQuantizationType.F32
_PACKINGS = {  # of ``packaging_task.KINDS``
    "q8_0": (GGMLQuantizationType.Q8_0, LlamaFileType.MOSTLY_Q8_0),
    "f16": (GGMLQuantizationType.F16, LlamaFileType.MOSTLY_F16),
    "f32": (_FLOAT, LlamaFileType.ALL_F32),
}
_PLAIN = {_FLOAT, GGMLQuantizationType.F16, GGMLQuantizationType.BF16}
_BLOCK = 32  # the numbers of a row that Q8_0 packs together
_TEMPLATE, _FILE_TYPE = "tokenizer.chat_template", "general.file_type"
_WRITTEN_BY_THE_WRITER = ("GGUF.", "general.architecture")


class _Low(NamedTuple):
    """The two small matrices of a tensor."""

    a: NDArray[np.float32]
    b: NDArray[np.float32]


def merge(base: Path, adapter: Path, target: Path, *, kind: str, chat_template: str) -> None:
    """Write ``target``: the GGUF ``base`` with the GGUF ``adapter`` merged into it.

    ``kind`` is one of ``packaging_task.KINDS``; a touched tensor whose rows it cannot pack is left
    in full precision. The file carries the chat template that the adapter was trained with.
    """
    packing, file_type = _PACKINGS[kind]
    reader, (scale, touched) = GGUFReader(base), _read(adapter)
    writer = GGUFWriter(target, str(_value(reader, "general.architecture")))
    _copy_metadata(reader, writer, {_TEMPLATE: chat_template, _FILE_TYPE: int(file_type)})
    packed = {it.name: _packing(it, packing, changed=it.name in touched) for it in reader.tensors}
    for tensor in reader.tensors:
        _announce(writer, tensor, packed[tensor.name])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for tensor in reader.tensors:
        data, kind_now = tensor.data, packed[tensor.name]
        if kind_now is not None:
            whole = dequantize(data, tensor.tensor_type)
            if low := touched.get(tensor.name):
                whole = whole + scale * (low.b @ low.a)
            data = quantize(whole.astype(np.float32), kind_now)
        writer.write_tensor_data(data)
    writer.close()


def _read(adapter: Path) -> tuple[float, dict[str, _Low]]:
    """The scale of an adapter, and its matrices by the name of the tensor they change."""
    reader = GGUFReader(adapter)
    found = {it.name: it.data for it in reader.tensors}
    names = {name.removesuffix(".lora_a") for name in found if name.endswith(".lora_a")}
    touched = {name: _Low(found[f"{name}.lora_a"], found[f"{name}.lora_b"]) for name in names}
    rank = next(iter(touched.values())).a.shape[0]
    return float(_value(reader, "adapter.lora.alpha")) / rank, touched


def _packing(
    tensor: ReaderTensor, wanted: GGMLQuantizationType, *, changed: bool
) -> GGMLQuantizationType | None:
    """How a tensor is packed anew; ``None`` for one that is copied."""
    packs = wanted == GGMLQuantizationType.Q8_0
    if not changed and (packs or tensor.tensor_type in _PLAIN):
        return None
    whole_blocks = int(tensor.shape[0]) % _BLOCK == 0  # a GGUF's first dimension is a row's length
    return wanted if whole_blocks or not packs else _FLOAT


def _announce(
    writer: GGUFWriter, tensor: ReaderTensor, packing: GGMLQuantizationType | None
) -> None:
    """Tell the writer of a tensor before its data: packed anew, or as it is."""
    if packing is None:
        shape, dtype, size = tensor.data.shape, tensor.data.dtype, tensor.data.nbytes
        writer.add_tensor_info(tensor.name, shape, dtype, size, tensor.tensor_type)
        return
    rows = [int(it) for it in reversed(tensor.shape)]
    dtype = {_FLOAT: np.float32, GGMLQuantizationType.F16: np.float16}.get(packing, np.uint8)
    shape = quant_shape_to_byte_shape(rows, packing) if dtype is np.uint8 else tuple(rows)
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    writer.add_tensor_info(tensor.name, shape, np.dtype(dtype), size, packing)


def _copy_metadata(reader: GGUFReader, writer: GGUFWriter, changed: Mapping[str, Any]) -> None:
    for field in reader.fields.values():
        if field.name.startswith(_WRITTEN_BY_THE_WRITER) or field.name in changed:
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, sub_type=inner)
    writer.add_chat_template(changed[_TEMPLATE])
    writer.add_file_type(changed[_FILE_TYPE])


def _value(reader: GGUFReader, name: str) -> Any:
    field = reader.get_field(name)
    if field is None:
        raise ValueError(f"The file does not say its {name}.")
    return field.contents()
