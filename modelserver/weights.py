"""A base model's weights and tokenizer for training, out of a GGUF file or a folder."""

import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

from modelserver.training_task import TrainingTask

logger = logging.getLogger(__name__)

# What llama.cpp serves a model with whose file says nothing about it.
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@dataclass(frozen=True)
class Weights:
    """A model that can be trained, with its tokenizer, whose chat template is always set."""

    model: Any
    tokenizer: Any


def load(task: TrainingTask, *, dtype: torch.dtype) -> Weights:
    """The weights of a task's base in that precision.

    Unpacking a GGUF takes ten times as long as reading plain weights, so the unpacked model is
    kept in ``task.cache`` for the next training.
    """
    if task.weights:
        folder = Path(task.weights)
    else:
        folder = Path(task.cache)
        if not folder.is_dir():
            _unpack(Path(task.gguf), folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.chat_template = tokenizer.chat_template or CHATML
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype)
    return Weights(model, tokenizer)


def _unpack(gguf: Path, folder: Path) -> None:
    """Write a GGUF's weights, dequantised, as a folder in Hugging Face's format."""
    draft = folder.with_name(f"{folder.name}.new-{os.getpid()}")
    options = {"gguf_file": gguf.name, "quantization_config": GgufConfig(dequantize=True)}
    model = AutoModelForCausalLM.from_pretrained(gguf.parent, dtype=torch.float32, **options)
    model.save_pretrained(draft)
    AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(draft)
    try:
        draft.replace(folder)
    except OSError:  # somebody else was faster; theirs is the same
        shutil.rmtree(draft)
