"""A base in Hugging Face's format with no GGUF beside it: converted, served and trained."""

import json
import shutil
import subprocess

import numpy as np
import pytest

from modelserver.safetensors_folder import UnreadableTensor, tensors
from tests.modelserver.server import PYTHON, ROOT, Server, tiny_base

PROMPTS = [
    [{"role": "user", "content": "¿Cuánto cuesta el año 12?"}],
    [{"role": "system", "content": "I'm brief."}, {"role": "user", "content": "Hola,  dos"}],
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The tiny base without its GGUF."""
    place = tmp_path_factory.mktemp("folder") / "tiny"
    tiny_base(place)
    (place / "tiny.gguf").unlink()
    return place


def convert(folder, target):
    return subprocess.run(
        [PYTHON, "-m", "modelserver.hf_gguf", str(folder), str(target)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def with_settings(folder, target, **settings):
    """A copy of the folder whose configuration says something else."""
    shutil.copytree(folder, target)
    path = target / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))
    return target


@pytest.mark.models
def test_a_folder_without_a_gguf_is_served_as_its_own_library_has_it(folder, tmp_path):
    settings = {"MODELSERVER_BASE_MODELS": f"mine={folder}"}
    with Server(tmp_path, **settings) as server, server.client() as client:
        assert client.models.retrieve("mine").trainable
        found = [
            client.chat.completions.create(model="mine", messages=it, temperature=0, max_tokens=24)
            for it in PROMPTS
        ]
    said = [it.choices[0].message.content for it in found]
    answers = subprocess.run(
        [PYTHON, "-m", "tests.modelserver.greedy", str(folder), "", "24"],
        input=json.dumps(PROMPTS),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    expected = json.loads(answers.stdout)
    assert [it.usage.prompt_tokens for it in found] == [it["prompt_tokens"] for it in expected]
    assert list(map(readable, said)) == [readable(it["text"]) for it in expected]


def readable(text):
    """Without the bytes that are no text: the two libraries count them differently."""
    return text.replace("\ufffd", "")


@pytest.mark.models
def test_it_is_converted_once(folder, tmp_path):
    settings = {"MODELSERVER_BASE_MODELS": f"mine={folder}"}
    server = Server(tmp_path, **settings)
    for _start in range(2):
        with server:
            made = [(it, it.stat().st_mtime_ns) for it in tmp_path.rglob("mine-*.gguf")]
        assert len(made) == 1
    assert [(it, it.stat().st_mtime_ns) for it in tmp_path.rglob("mine-*.gguf")] == made


@pytest.mark.models
@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"model_type": "mamba"}, "the family mamba is none of"),
        ({"rope_scaling": {"rope_type": "yarn", "factor": 4.0}}, "its rotary scaling is yarn"),
        ({"vocab_size": 100}, "more tokens than the model"),
    ],
)
def test_what_cannot_be_converted_is_refused_with_its_reason(folder, tmp_path, settings, reason):
    done = convert(with_settings(folder, tmp_path / "other", **settings), tmp_path / "m.gguf")
    assert done.returncode
    assert reason in done.stderr
    assert not (tmp_path / "m.gguf").exists()


@pytest.mark.models
def test_llama_3s_rotary_scaling_is_written_down(folder, tmp_path):
    scaling = {
        "rope_type": "llama3",
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 64,
    }
    scaled = with_settings(folder, tmp_path / "scaled", rope_scaling=scaling)
    assert convert(scaled, tmp_path / "m.gguf").returncode == 0
    code = (
        "import sys, json; from gguf import GGUFReader;"
        "found = {it.name: it.data.tolist() for it in GGUFReader(sys.argv[1]).tensors};"
        "print(json.dumps(found['rope_freqs.weight']))"
    )
    read = subprocess.run(
        [PYTHON, "-c", code, str(tmp_path / "m.gguf")], capture_output=True, check=True, timeout=60
    )
    factors = json.loads(read.stdout)
    assert len(factors) == 8
    assert factors[0] == 1
    assert factors[-1] == 8
    assert factors == sorted(factors)


def safetensors(path, kind, shape, raw):
    told = {"x": {"dtype": kind, "shape": shape, "data_offsets": [0, len(raw)]}}
    header = json.dumps({"__metadata__": {"format": "pt"}} | told).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + raw)


def test_reads_numbers_in_32_and_in_16_bits(tmp_path):
    numbers = np.array([[1.5, -2.0], [0.25, 3.0]], np.float32)
    kinds = {
        "F32": numbers.tobytes(),
        "F16": numbers.astype(np.float16).tobytes(),
        "BF16": (numbers.view(np.uint32) >> 16).astype(np.uint16).tobytes(),
    }
    for kind, raw in kinds.items():
        safetensors(tmp_path / "model.safetensors", kind, [2, 2], raw)
        [tensor] = tensors(tmp_path)
        assert (tensor.name, tensor.shape) == ("x", (2, 2))
        assert tensor.read().tolist() == numbers.tolist()


def test_numbers_that_are_packed_already_are_refused(tmp_path):
    safetensors(tmp_path / "model.safetensors", "F8_E4M3", [4], b"1234")
    with pytest.raises(UnreadableTensor, match="F8_E4M3"):
        list(tensors(tmp_path))
