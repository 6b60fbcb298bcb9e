"""Settings for those who train elsewhere, beside the lines they read. Pure.

Facts of LLaMA-Factory 0.9.5, Axolotl 0.19 and Unsloth 2026.10: each is a LoRA of all linear layers
on the chat lines, with the numbers that this product's own training starts from.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml

RANK, ALPHA, RATE, LONGEST = 16, 32, 2e-4, 2048
_ROLES = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "system_tag": "system",
}


@dataclass(frozen=True)
class Training:
    """What a trainer has to be told. ``name`` is a plain word: the data are called by it."""

    name: str
    base_model: str
    has_valid: bool
    epochs: int = 3


def dataset_info(training: Training) -> str:
    """LLaMA-Factory's list of data: each form of each part under a name of its own."""
    parts = ["train", "valid"] if training.has_valid else ["train"]
    entries = {
        f"{training.name}_{part}_{form}": {"file_name": f"{part}.{form}.jsonl", **columns}
        for part in parts
        for form, columns in _COLUMNS.items()
    }
    return json.dumps(entries, indent=2) + "\n"


def llama_factory(training: Training) -> str:
    """For ``llamafactory-cli train``; with no ``template``, the model's own is used."""
    settings: dict[str, Any] = {
        "stage": "sft",
        "do_train": True,
        "model_name_or_path": training.base_model,
        "finetuning_type": "lora",
        "lora_target": "all",
        "lora_rank": RANK,
        "lora_alpha": ALPHA,
        "dataset_dir": ".",
        "dataset": f"{training.name}_train_chat",
        "cutoff_len": LONGEST,
        "output_dir": "adapter",
        "num_train_epochs": training.epochs,
        "learning_rate": RATE,
        "per_device_train_batch_size": 2,
        "gradient_accumulation_steps": 4,
    }
    if training.has_valid:
        settings["eval_dataset"] = f"{training.name}_valid_chat"
        settings["eval_strategy"] = "epoch"
    return _yaml(settings)


def axolotl(training: Training) -> str:
    """For ``axolotl train``."""
    settings: dict[str, Any] = {
        "base_model": training.base_model,
        "adapter": "lora",
        "lora_r": RANK,
        "lora_alpha": ALPHA,
        "lora_target_linear": True,
        "chat_template": "tokenizer_default",
        "datasets": [_axolotl_data("train")],
        "sequence_len": LONGEST,
        "output_dir": "adapter",
        "num_epochs": training.epochs,
        "learning_rate": RATE,
        "micro_batch_size": 2,
        "gradient_accumulation_steps": 4,
        "optimizer": "adamw_torch",
        "lr_scheduler": "cosine",
    }
    if training.has_valid:
        settings["test_datasets"] = [_axolotl_data("valid")]
    return _yaml(settings)


def unsloth(training: Training) -> str:
    """What :data:`UNSLOTH_SCRIPT` reads."""
    settings = {
        "base_model": training.base_model,
        "train": "train.chat.jsonl",
        "valid": "valid.chat.jsonl" if training.has_valid else None,
        "rank": RANK,
        "alpha": ALPHA,
        "learning_rate": RATE,
        "epochs": training.epochs,
        "longest": LONGEST,
    }
    return json.dumps(settings, indent=2) + "\n"


UNSLOTH_SCRIPT = '''\
"""Train on these files with Unsloth, on one CUDA GPU: python train_unsloth.py"""

import json
from pathlib import Path

from unsloth import FastLanguageModel  # first: it patches the libraries below

from datasets import load_dataset
from trl import SFTConfig, SFTTrainer

told = json.loads(Path("unsloth.json").read_text())
model, tokenizer = FastLanguageModel.from_pretrained(
    told["base_model"], max_seq_length=told["longest"], load_in_4bit=True
)
model = FastLanguageModel.get_peft_model(model, r=told["rank"], lora_alpha=told["alpha"])
files = {part: told[part] for part in ("train", "valid") if told[part]}
data = load_dataset("json", data_files=files).map(
    lambda row: {"text": tokenizer.apply_chat_template(row["messages"], tokenize=False)}
)
SFTTrainer(
    model=model,
    processing_class=tokenizer,
    train_dataset=data["train"],
    eval_dataset=data.get("valid"),
    args=SFTConfig(
        output_dir="adapter",
        num_train_epochs=told["epochs"],
        learning_rate=told["learning_rate"],
        per_device_train_batch_size=2,
        gradient_accumulation_steps=4,
    ),
).train()
model.save_pretrained("adapter")
'''

_COLUMNS: dict[str, dict[str, Any]] = {
    "chat": {"formatting": "sharegpt", "columns": {"messages": "messages"}, "tags": _ROLES},
    "sharegpt": {
        "formatting": "sharegpt",
        "columns": {"messages": "conversations", "system": "system"},
    },
    "alpaca": {
        "columns": {
            "prompt": "instruction",
            "query": "input",
            "response": "output",
            "system": "system",
        }
    },
}

SETTINGS: dict[str, Callable[[Training], str]] = {
    "dataset_info.json": dataset_info,
    "llamafactory.yaml": llama_factory,
    "axolotl.yaml": axolotl,
    "unsloth.json": unsloth,
    "train_unsloth.py": lambda _training: UNSLOTH_SCRIPT,
}
"""File -> what writes it."""


def _axolotl_data(part: str) -> dict[str, str]:
    return {
        "path": f"{part}.chat.jsonl",
        "ds_type": "json",
        "type": "chat_template",
        "field_messages": "messages",
    }


def _yaml(settings: dict[str, Any]) -> str:
    return yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
