"""One training, as a process: ``python -m modelserver.training JOB_FOLDER``.

The folder holds ``task.json``, ``training.jsonl`` and perhaps ``validation.jsonl``; the process
leaves ``adapter/`` (PEFT's format), ``adapter.gguf`` and ``chat_template.jinja`` (what is served)
in it, and the same for the last epochs under ``checkpoints``. Progress is reported on standard
output (see ``training_task``). Started again after a kill or a pause, it goes on from the last
state it kept (see ``resumption``). Only this process imports torch.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelserver import lora_gguf, resumption
from modelserver.plan import Plan, make_plan
from modelserver.processes import die_with_parent
from modelserver.training_task import Report, TrainingTask

if TYPE_CHECKING:
    from modelserver.objectives import Objective

NICENESS = 10  # people's requests come first


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
        tokens = train(folder, TrainingTask.load(folder), report)
    except NothingToLearn as error:
        report.failed(str(error), code="invalid_training_file")
    except lora_gguf.UnsupportedAdapter as error:
        report.failed(str(error), code="unsupported_base_model")
    else:
        if tokens is not None:
            report.succeeded(trained_tokens=tokens)


def train(folder: Path, task: TrainingTask, report: Report) -> int | None:
    """Train and leave what is served in the folder; return the number of tokens trained on.

    ``None`` says that the training was asked to pause. Raises ``NothingToLearn``, and
    ``UnsupportedAdapter`` for a model whose adapter could not be served.
    """
    from modelserver import device

    processor = device.choose(task.device, threads=task.threads)
    begins = resumption.last_state(folder) is None
    from modelserver import lora, objectives, weights  # after the choice: they may look for GPUs
    from modelserver.lesson import Lesson

    served, objective = lora_gguf.GgufBase(Path(task.gguf)), objectives.objective(task)
    base = weights.load(task, dtype=processor.dtype)
    every = {part: _examples(folder, part, objective) for part in ("training", "validation")}
    fitting = {
        part: lora.fitting(base, objective, them, task.context) for part, them in every.items()
    }
    if not fitting["training"]:
        raise NothingToLearn(f"No example is shorter than {task.context} tokens")
    plan = _plan(task, len(fitting["training"]), limited=processor.is_cpu)
    if begins:  # whoever goes on has said so before
        report.event(f"Training on {processor.description}")
        for part, them in every.items():
            _tell_left_out(part, len(them) - len(fitting[part]), task, report)
        _tell_plan(plan, task, report)
    template = folder / "chat_template.jinja"
    template.write_text(base.tokenizer.chat_template, encoding="utf-8")
    lesson = Lesson(
        weights=base,
        base=served,
        objective=objective,
        training=fitting["training"],
        validation=fitting["validation"],
        plan=plan,
        task=task,
        device=processor,
        folder=folder,
    )
    return lora.fit(lesson, report)


def _examples(folder: Path, part: str, objective: "Objective") -> list[Any]:
    path = folder / f"{part}.jsonl"
    if not path.exists():
        return []
    with path.open("rb") as lines:
        return objective.read(lines)


def _tell_left_out(part: str, number: int, task: TrainingTask, report: Report) -> None:
    if number:
        report.event(
            f"{number} {part} example(s) left out: longer than {task.context} tokens", level="warn"
        )


def _plan(task: TrainingTask, examples: int, *, limited: bool) -> Plan:
    limit = task.max_steps or (task.max_steps_cpu if limited else None)
    return make_plan(examples, epochs=task.n_epochs, batch_size=task.batch_size, limit=limit)


def _tell_plan(plan: Plan, task: TrainingTask, report: Report) -> None:
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


if __name__ == "__main__":
    main()
