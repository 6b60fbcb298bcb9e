"""Adapters that llama.cpp's format cannot say, or whose base is not known, are refused by name."""

import json
import subprocess

import pytest

from tests.modelserver.server import PYTHON, ROOT, tiny_base

pytestmark = pytest.mark.models

CONVERT = """
import sys
from pathlib import Path
from modelserver.lora_gguf import GgufBase, UnsupportedAdapter, convert

adapter, base, target = map(Path, sys.argv[1:])
try:
    convert(adapter, GgufBase(base), target)
except UnsupportedAdapter as reason:
    print(reason)
"""
PLAIN = {"r": 2, "lora_alpha": 4, "bias": "none"}
OTHER_BASE = """
import sys
from gguf import GGUFWriter

writer = GGUFWriter(sys.argv[1], "mamba")
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base") / "tiny"
    tiny_base(folder)
    return folder / "tiny.gguf"


def run(code, *arguments):
    return subprocess.run(
        [PYTHON, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout


def refusal(tmp_path, base, tensors=(), **config):
    """What is said of an adapter with that configuration and tensors of those names."""
    adapter, target = tmp_path / "adapter", tmp_path / "adapter.gguf"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text(json.dumps(PLAIN | config))
    told = {name: {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 4]} for name in tensors}
    header = json.dumps(told).encode()
    content = len(header).to_bytes(8, "little") + header + bytes(4 * len(told))
    (adapter / "adapter_model.safetensors").write_bytes(content)
    said = run(CONVERT, adapter, base, target)
    assert not target.exists()
    return said


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"use_dora": True}, "use_dora"),
        ({"modules_to_save": ["lm_head"]}, "modules_to_save"),
        ({"lora_bias": True}, "lora_bias"),
        ({"bias": "all"}, "trains biases"),
        ({"rank_pattern": {"q_proj": 4}}, "rank_pattern"),
    ],
)
def test_what_the_format_cannot_say_is_refused(tmp_path, base, config, words):
    assert words in refusal(tmp_path, base, **config)


def test_a_tensor_that_is_no_pair_of_matrices_is_refused(tmp_path, base):
    name = "base_model.model.model.embed_tokens.lora_embedding_A"
    assert f"unknown tensor: {name}" in refusal(tmp_path, base, [name])


def test_a_layer_that_the_base_has_not_is_refused(tmp_path, base):
    name = "base_model.model.model.layers.9.nowhere.lora_A.weight"
    assert "llama has no tensor for model.layers.9.nowhere" in refusal(tmp_path, base, [name])


def test_an_architecture_that_nobody_looked_at_is_refused(tmp_path):
    run(OTHER_BASE, tmp_path / "other.gguf")
    said = refusal(tmp_path, tmp_path / "other.gguf")
    assert "architecture mamba is not among those" in said
