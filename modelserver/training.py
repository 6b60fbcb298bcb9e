"""One training, as a process: ``python -m modelserver.training JOB_FOLDER``.

The folder holds ``task.json``, ``training.jsonl`` and perhaps ``validation.jsonl``; the process
leaves ``adapter/`` (PEFT's format), ``adapter.gguf`` and ``chat_template.jinja`` (what is served)
in it. Progress is reported on standard output (see ``training_task``).

LoRA of rank 16 and alpha 32 on every projection, at a learning rate of 1e-3 times the multiplier
with a cosine decay; the loss is that of the answers only. Only this process imports torch.
"""

import os
import sys
from pathlib import Path

from modelserver import lora_gguf
from modelserver.plan import Plan, make_plan
from modelserver.processes import die_with_parent
from modelserver.training_task import Report, TrainingTask
from modelserver.validation import Messages, answers, read_examples

NICENESS = 10  # people's requests come first

Pair = tuple[Messages, Messages]


class NothingToLearn(Exception):
    """No example of the file fits the model's context."""


def main() -> None:
    """Train the job of the folder named on the command line."""
    die_with_parent()
    os.nice(NICENESS)
    os.environ["HF_HUB_OFFLINE"] = "1"
    folder = Path(sys.argv[1])
    report = Report()
    try:
        report.succeeded(trained_tokens=train(folder, TrainingTask.load(folder), report))
    except NothingToLearn as error:
        report.failed(str(error), code="invalid_training_file")
    except lora_gguf.UnsupportedAdapter as error:
        report.failed(str(error), code="unsupported_base_model")


def train(folder: Path, task: TrainingTask, report: Report) -> int:
    """Train and leave what is served in the folder; return the number of tokens trained on."""
    from modelserver import device

    processor = device.choose(task.device, threads=task.threads)
    report.event(f"Training on {processor.description}")
    from modelserver import lora, weights  # after the choice: they may look for GPUs

    base = weights.load(task)
    pairs = {part: _pairs(folder / f"{part}.jsonl") for part in ("training", "validation")}
    fitting = {part: lora.fitting(base, every, task.context) for part, every in pairs.items()}
    for part in pairs:
        _tell_left_out(part, len(pairs[part]) - len(fitting[part]), task, report)
    if not fitting["training"]:
        raise NothingToLearn(f"No example is shorter than {task.context} tokens")
    plan = _plan(task, len(fitting["training"]), report, limited=processor.is_cpu)
    tokens = lora.fit(
        base, **fitting, plan=plan, task=task, device=processor, folder=folder, report=report
    )
    template = folder / "chat_template.jinja"
    template.write_text(base.tokenizer.chat_template, encoding="utf-8")
    lora_gguf.convert(folder / "adapter", Path(task.gguf), folder / "adapter.gguf")
    return tokens


def _pairs(path: Path) -> list[Pair]:
    if not path.exists():
        return []
    with path.open("rb") as lines:
        return [pair for messages in read_examples(lines, fewest=1) for pair in answers(messages)]


def _tell_left_out(part: str, number: int, task: TrainingTask, report: Report) -> None:
    if number:
        report.event(
            f"{number} {part} example(s) left out: longer than {task.context} tokens", level="warn"
        )


def _plan(task: TrainingTask, examples: int, report: Report, *, limited: bool) -> Plan:
    limit = task.max_steps or (task.max_steps_cpu if limited else None)
    plan = make_plan(examples, epochs=task.n_epochs, batch_size=task.batch_size, limit=limit)
    multiplier = task.learning_rate_multiplier
    report.plan(
        n_epochs=plan.epochs,
        batch_size=plan.batch_size,
        learning_rate_multiplier=1.0 if multiplier == "auto" else multiplier,
    )
    if plan.shortened:
        whose = "this job" if task.max_steps else "a machine without a GPU"
        report.event(
            f"Training shortened from {plan.wanted_steps} to {plan.steps} steps,"
            f" the limit of {whose}",
            level="warn",
        )
    return plan


if __name__ == "__main__":
    main()
