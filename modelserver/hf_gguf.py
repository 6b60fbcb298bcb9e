"""A model in Hugging Face's format as the GGUF that llama.cpp serves.

``python -m modelserver.hf_gguf FOLDER FILE``. For the three families whose tensors and settings
are known here, with a byte-level tokenizer; for others it says why not, and llama.cpp's own
converter is the way. Matrices are kept in 16 bits, the little that is left in 32. Needs no torch.
"""

import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from gguf import MODEL_ARCH, GGMLQuantizationType, GGUFWriter, LlamaFileType, get_tensor_name_map
from gguf.quants import quantize
from numpy.typing import NDArray

from modelserver.hf_tokenizer import Tokenizer, UnsupportedTokenizer, read
from modelserver.rotary import interleave
from modelserver.safetensors_folder import Tensor, UnreadableTensor, tensors

FAMILIES = {"llama": MODEL_ARCH.LLAMA, "qwen2": MODEL_ARCH.QWEN2, "qwen3": MODEL_ARCH.QWEN3}
_SUFFIXES = (".weight", ".bias")
_COMPUTED = "rotary_emb.inv_freq"  # older files keep what follows from the settings


class UnsupportedModel(Exception):
    """A model that is not converted here, and why."""


def convert(folder: Path, target: Path) -> None:
    """Write the model of a folder as the GGUF file ``target``, whole or not at all.

    Raises ``UnsupportedModel``.
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    family = config.get("model_type")
    if family not in FAMILIES:
        raise UnsupportedModel(f"the family {family} is none of {', '.join(FAMILIES)}")
    draft = target.with_name(f"{target.name}.new")
    try:
        tokenizer = read(folder, size=config["vocab_size"])
        writer = GGUFWriter(draft, family)
        _write_settings(writer, config)
        _write_tokenizer(writer, tokenizer)
        _write_tensors(writer, folder, config)
    except (UnsupportedTokenizer, UnreadableTensor) as reason:
        raise UnsupportedModel(str(reason)) from reason
    draft.replace(target)


def _write_settings(writer: GGUFWriter, config: dict[str, Any]) -> None:
    heads = config["num_attention_heads"]
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(config.get("num_key_value_heads") or heads)
    writer.add_key_length(_head(config))
    writer.add_value_length(_head(config))
    writer.add_rope_dimension_count(_head(config))
    writer.add_rope_freq_base(_rope(config)["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_vocab_size(config["vocab_size"])
    writer.add_file_type(LlamaFileType.MOSTLY_F16)


def _write_tokenizer(writer: GGUFWriter, tokenizer: Tokenizer) -> None:
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(tokenizer.splitter)
    writer.add_token_list(tokenizer.tokens)
    writer.add_token_types(tokenizer.kinds)
    writer.add_token_merges(tokenizer.merges)
    writer.add_add_bos_token(tokenizer.adds_bos)
    known: list[tuple[Callable[[int], None], int | None]] = [
        (writer.add_bos_token_id, tokenizer.bos),
        (writer.add_eos_token_id, tokenizer.eos),
        (writer.add_pad_token_id, tokenizer.pad),
    ]
    for add, number in known:
        if number is not None:
            add(number)
    if tokenizer.chat_template:
        writer.add_chat_template(tokenizer.chat_template)


def _write_tensors(writer: GGUFWriter, folder: Path, config: dict[str, Any]) -> None:
    names = get_tensor_name_map(FAMILIES[config["model_type"]], config["num_hidden_layers"])
    found: list[tuple[str, Tensor]] = []
    for tensor in tensors(folder):
        if tensor.name.endswith(_COMPUTED):
            continue
        name = names.get_name(tensor.name, try_suffixes=_SUFFIXES)
        if name is None or (config["model_type"] == "llama" and name.endswith(".bias")):
            raise UnsupportedModel(f"its tensor {tensor.name} has no place in a GGUF")
        found.append((name, tensor))
        size = math.prod(tensor.shape) * _kept_in(tensor).itemsize
        writer.add_tensor_info(name, tensor.shape, _kept_in(tensor), size)
    if (factors := _rope_factors(config)) is not None:
        writer.add_tensor_info("rope_freqs.weight", factors.shape, factors.dtype, factors.nbytes)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for _name, tensor in found:
        writer.write_tensor_data(_packed(tensor, config))
    if factors is not None:
        writer.write_tensor_data(factors)
    writer.close()


def _kept_in(tensor: Tensor) -> "np.dtype[Any]":
    return np.dtype(np.float16 if len(tensor.shape) > 1 else np.float32)


def _packed(tensor: Tensor, config: dict[str, Any]) -> NDArray[Any]:
    numbers = tensor.read()
    heads = config["num_attention_heads"]
    if config["model_type"] == "llama":
        if tensor.name.endswith("q_proj.weight"):
            numbers = interleave(numbers, heads)
        elif tensor.name.endswith("k_proj.weight"):
            numbers = interleave(numbers, config.get("num_key_value_heads") or heads)
    narrow = len(tensor.shape) > 1
    return quantize(numbers, GGMLQuantizationType.F16) if narrow else numbers


def _head(config: dict[str, Any]) -> int:
    return int(config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"])


def _rope(config: dict[str, Any]) -> dict[str, Any]:
    """The rotary settings, where newer files have them and where older ones do."""
    told = config.get("rope_parameters") or config.get("rope_scaling") or {}
    return {"rope_theta": config.get("rope_theta", 10_000.0)} | told


def _rope_factors(config: dict[str, Any]) -> NDArray[np.float32] | None:
    """What Llama 3.1 divides each rotary frequency by, as its authors' code computes it."""
    rope = _rope(config)
    kind = rope.get("rope_type") or rope.get("type") or "default"
    if kind == "default":
        return None
    if kind != "llama3":
        raise UnsupportedModel(f"its rotary scaling is {kind}")
    pairs = np.arange(0, _head(config), 2, dtype=np.float64) / _head(config)
    turns = rope["original_max_position_embeddings"] / (2 * np.pi * rope["rope_theta"] ** pairs)
    low, high = rope["low_freq_factor"], rope["high_freq_factor"]
    share = np.clip((turns - low) / (high - low), 0, 1)
    return (1 / ((1 - share) / rope["factor"] + share)).astype(np.float32)


def main() -> None:
    """Convert the folder named first to the file named second; exit with the reason if not."""
    try:
        convert(*map(Path, sys.argv[1:]))
    except UnsupportedModel as reason:
        sys.exit(str(reason))


if __name__ == "__main__":
    main()
