"""What a trained model answers in its own library: ``python -m modelserver.reference_process``.

Reads one line of JSON from standard input, ``{"job": folder, "adapter": folder, "prompts": [...],
"max_tokens": n}``, and answers with one line: the list of texts. The likeliest token is taken at
each step, over the weights that the training had; a package is measured against this.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from modelserver.processes import die_with_parent
from modelserver.training_task import TrainingTask
from modelserver.validation import Messages

NICENESS = 10  # people's requests come first


def main() -> None:
    """Answer the prompts that standard input brings."""
    die_with_parent()
    os.nice(NICENESS)
    os.environ["HF_HUB_OFFLINE"] = "1"
    asked = json.loads(sys.stdin.readline())
    tokenizer, model = _load(Path(asked["job"]), Path(asked["adapter"]))
    said = [_answer(tokenizer, model, it, asked["max_tokens"]) for it in asked["prompts"]]
    sys.stdout.write(json.dumps(said) + "\n")


def _load(job: Path, adapter: Path) -> tuple[Any, Any]:
    from modelserver import device

    task = TrainingTask.load(job)
    processor = device.choose(task.device, threads=task.threads)
    from peft import PeftModel  # after the choice: it may look for GPUs

    from modelserver import weights

    base = weights.load(task, dtype=processor.dtype)
    model = PeftModel.from_pretrained(base.model, str(adapter)).to(processor.name)
    return base.tokenizer, model.eval()


def _answer(tokenizer: Any, model: Any, messages: Messages, most: int) -> str:
    import torch

    asked = tokenizer.apply_chat_template(
        messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
    ).to(model.device)
    with torch.inference_mode():
        said = model.generate(**asked, do_sample=False, max_new_tokens=most)
    new = said[0, asked["input_ids"].shape[1] :]
    return str(tokenizer.decode(new, skip_special_tokens=True))


if __name__ == "__main__":
    main()
