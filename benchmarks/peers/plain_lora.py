"""LoRA as a plain script has it: transformers' trainer and peft (``.venv-models``).

The same model, adapter, batches, threads and priority as the model server's; no checkpoint, no
validation, no report.
"""

import json
import os
import sys
import tempfile
from contextlib import redirect_stdout
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    DataCollatorForSeq2Seq,
    GgufConfig,
    Trainer,
    TrainingArguments,
)

from benchmarks.peers import demonstration

NICENESS = 10  # the model server's trainings give way, too


def main() -> None:
    """Answer ``{"examples", "steps", "batch"}`` with ``{"tokens", "seconds"}`` until input ends."""
    os.nice(NICENESS)
    torch.set_num_threads(1)
    path = demonstration.file()
    tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    for line in sys.stdin:
        print(json.dumps(train(tokenizer, path, **json.loads(line))), flush=True)


def train(tokenizer: Any, path: Any, examples: Any, steps: int, batch: int) -> dict[str, float]:
    """Train from the start; loading is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(
            model=adapted(path),
            args=arguments(folder, steps, batch),
            train_dataset=[labelled(tokenizer, it["messages"]) for it in examples],
            data_collator=DataCollatorForSeq2Seq(tokenizer),
        )
        with redirect_stdout(sys.stderr):  # where the trainer writes its figures
            seconds = trainer.train().metrics["train_runtime"]
        return {"tokens": int(trainer.state.num_input_tokens_seen), "seconds": seconds}


def adapted(path: Any) -> Any:
    model = AutoModelForCausalLM.from_pretrained(
        path.parent,
        gguf_file=path.name,
        quantization_config=GgufConfig(dequantize=True),
        dtype=torch.float32,
    )
    lora = LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM")
    return get_peft_model(model, lora)


def arguments(folder: str, steps: int, batch: int) -> TrainingArguments:
    return TrainingArguments(
        output_dir=folder,
        max_steps=steps,
        per_device_train_batch_size=batch,
        learning_rate=1e-3,
        lr_scheduler_type="cosine",
        include_num_input_tokens_seen="non_padding",
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        use_cpu=True,
        dataloader_pin_memory=False,
    )


def labelled(tokenizer: Any, messages: list[dict[str, str]]) -> dict[str, list[int]]:
    """The tokens of a conversation, and as labels those of its answer alone."""
    options = {"tokenize": True, "return_dict": False}
    whole = tokenizer.apply_chat_template(messages, **options)
    prompt = tokenizer.apply_chat_template(messages[:-1], add_generation_prompt=True, **options)
    labels = [-100] * len(prompt) + whole[len(prompt) :]
    return {"input_ids": whole, "attention_mask": [1] * len(whole), "labels": labels}


if __name__ == "__main__":
    main()
