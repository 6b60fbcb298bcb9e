"""What a training makes of the processors of its machine, with a torch that says what they are."""

import importlib
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from tests.modelserver.server import PYTHON, ROOT

OLD_GPU = "CUDA error: no kernel image is available for execution on the device"
ADVICE = "Compile with `TORCH_USE_CUDA_DSA` to enable device-side assertions."


class FakeTorch(SimpleNamespace):
    """As much of torch as ``modelserver.device`` asks; the last test asks the real one."""

    def __init__(self, *, built=True, available=True, bf16=True, error=None):
        super().__init__(
            cuda=SimpleNamespace(
                is_available=lambda: available,
                get_device_name=lambda: "NVIDIA T4",
                is_bf16_supported=lambda including_emulation=True: bf16 or including_emulation,
            ),
            backends=SimpleNamespace(cuda=SimpleNamespace(is_built=lambda: built)),
            set_num_threads=lambda threads: None,
            bfloat16="bfloat16",
            float32="float32",
            dtype=str,
        )
        self.error = error

    def ones(self, size, device):
        if self.error:
            raise RuntimeError(self.error)
        return SimpleNamespace(sum=lambda: SimpleNamespace(item=lambda: size))


@pytest.fixture(autouse=True)
def visible(monkeypatch):
    """Sets the variable that says which GPUs a process sees; it is as it was after the test."""

    def say(value):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", value)

    say("0")
    return say


@pytest.fixture
def choose(monkeypatch):
    """``device.choose`` on a machine whose torch is the given one."""

    def choose(setting, **machine):
        monkeypatch.setitem(sys.modules, "torch", FakeTorch(**machine))
        monkeypatch.delitem(sys.modules, "modelserver.device", raising=False)
        return importlib.import_module("modelserver.device").choose(setting, threads=1)

    yield choose
    sys.modules.pop("modelserver.device", None)


def test_a_gpu_is_taken_and_named(choose):
    device = choose("auto")
    assert (device.name, device.description, device.is_cpu) == ("cuda", "NVIDIA T4", False)
    assert choose("cuda").name == "cuda"


@pytest.mark.parametrize(
    ("machine", "reason"),
    [
        ({"built": False, "available": False}, "torch was built without CUDA"),
        ({"available": False}, "torch finds no CUDA device"),
        ({"error": f"{OLD_GPU}\n{ADVICE}"}, f"the GPU cannot be used: {OLD_GPU}"),
    ],
)
def test_without_a_usable_gpu_the_cpu_trains_and_says_why(choose, machine, reason):
    assert choose("auto", **machine).description == f"the CPU: {reason}"
    with pytest.raises(RuntimeError, match=f"MODELSERVER_DEVICE is cuda, but {reason}$"):
        choose("cuda", **machine)


def test_a_gpu_is_left_alone_when_told_so(choose):
    device = choose("cpu")
    assert device.is_cpu
    assert device.trainer_options()["use_cpu"]


def test_a_gpu_that_only_emulates_bfloat16_trains_in_full_precision(choose):
    fast, slow = choose("auto"), choose("auto", bf16=False)
    assert (fast.bf16, fast.dtype) == (True, "bfloat16")
    assert (slow.bf16, slow.dtype) == (False, "float32")


def test_activations_are_computed_twice_where_memory_is_scarce_and_not_on_a_cpu(choose):
    assert choose("auto").trainer_options() == {"bf16": True, "gradient_checkpointing": True}
    assert not choose("cpu").trainer_options()["gradient_checkpointing"]


@pytest.mark.parametrize(
    ("before", "after"), [("0,1", "0"), ("3,1", "3"), ("GPU-1a,GPU-2b", "GPU-1a"), ("", "")]
)
def test_a_training_sees_one_gpu_the_first_it_was_given(choose, visible, before, after):
    visible(before)
    choose("auto")
    assert os.environ["CUDA_VISIBLE_DEVICES"] == after


@pytest.mark.models
def test_the_real_torch_answers_as_the_fake_does():
    question = (
        "import torch; from modelserver.device import choose;"
        "assert not choose('cpu', threads=1).trainer_options().keys() - {'use_cpu', 'bf16',"
        " 'dataloader_pin_memory', 'gradient_checkpointing'};"
        "torch.cuda.is_bf16_supported(including_emulation=False);"
        "assert issubclass(torch.OutOfMemoryError, RuntimeError);"
        "assert issubclass(torch.AcceleratorError, RuntimeError);"
        "assert choose('auto', threads=1).is_cpu is not torch.cuda.is_available()"
    )
    subprocess.run([PYTHON, "-c", question], cwd=ROOT, check=True, timeout=60)
