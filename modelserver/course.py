"""What is measured, kept and told while a model is trained."""

import time
from collections.abc import Mapping
from typing import Any

from transformers import Trainer, TrainerCallback

from modelserver import resumption
from modelserver.lesson import Lesson
from modelserver.training_task import Report

SAMPLE = 32  # examples of the training file that the loss is measured on before and after
# What the trainers call it, and OpenAI; the last is of preferences only, and ours.
FIGURES = {
    "loss": "loss",
    "mean_token_accuracy": "mean_token_accuracy",
    "rewards/accuracies": "reward_accuracy",
}


class Measures:
    """The losses of a training, over the same examples each time."""

    def __init__(self, trainer: Trainer, lesson: Lesson, report: Report) -> None:
        self.trainer = trainer
        self.report = report
        self.device = lesson.device
        self.total = lesson.plan.steps
        self.sample = lesson.objective.dataset(lesson.training[:SAMPLE])
        self.validation = lesson.objective.dataset(lesson.validation) if lesson.validation else None

    def both(self, step: int, moment: str) -> dict[str, Any]:
        """Tell the figures of the sample and of the validation file, if there is one."""
        figures = figures_of(self.trainer.evaluate(self.sample), "train", prefix="eval_")
        return self._tell(step, moment, figures | self._held_out())

    def held_out(self, step: int, moment: str) -> dict[str, Any]:
        """Tell the figures of the validation file, if there is one."""
        return self._tell(step, moment, self._held_out()) if self.validation else {}

    def _held_out(self) -> dict[str, float]:
        if not self.validation:
            return {}
        found = self.trainer.evaluate(self.validation)
        return figures_of(found, "valid", prefix="eval_") | figures_of(
            found, "full_valid", prefix="eval_"
        )

    def _tell(self, step: int, moment: str, figures: dict[str, float]) -> dict[str, Any]:
        losses = {"train_loss": "training loss", "valid_loss": "validation loss"}
        said = [f"{name}={figures[key]:.4f}" for key, name in losses.items() if key in figures]
        data = {"step": step, "total_steps": self.total} | figures
        data["peak_memory_mb"] = self.device.peak_memory_mb
        self.report.metrics(f"{moment}: {', '.join(said)}", data)
        return data


class Progress(TrainerCallback):
    """Passes the trainer's running figures on; ``last`` are the latest of them."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.last: dict[str, float] = {}

    def on_log(
        self, _args: Any, state: Any, _control: Any, logs: dict[str, Any], **_more: Any
    ) -> None:
        """Called by the trainer every few steps, and with other figures at other times."""
        if "loss" not in logs:
            return
        self.last = figures_of(logs, "train")
        step, total = state.global_step, state.max_steps
        data = {"step": step, "total_steps": total, "learning_rate": logs["learning_rate"]}
        message = f"Step {step}/{total}: training loss={self.last['train_loss']:.4f}"
        self.report.metrics(message, data | self.last)


class Keeper(TrainerCallback):
    """Keeps the trainer's state from time to time, and stops the training when it is asked to."""

    def __init__(self, lesson: Lesson, report: Report) -> None:
        self.folder = lesson.folder
        self.steps, self.seconds = lesson.task.save_steps, lesson.task.save_seconds
        self.report = report
        self.kept_at = time.monotonic()

    def on_step_end(self, _args: Any, state: Any, control: Any, **_more: Any) -> None:
        """Called by the trainer after each step, before it looks at ``control``."""
        if resumption.is_asked_to_pause(self.folder):
            control.should_training_stop = True
        control.should_save = control.should_training_stop or self._is_due(state.global_step)

    def on_save(self, _args: Any, state: Any, _control: Any, **_more: Any) -> None:
        """Called by the trainer once its state is written."""
        resumption.mark(self.folder, state.global_step)
        self.kept_at = time.monotonic()
        self.report.saved(state.global_step)

    def _is_due(self, step: int) -> bool:
        by_step = self.steps and step % self.steps == 0
        return bool(by_step) or time.monotonic() - self.kept_at >= self.seconds


class Epochs(TrainerCallback):
    """Measures the validation file at each epoch's end, and keeps the models of the last ones.

    It must come before ``Keeper``: a state counts only once what was due by then is done, so that
    a training that goes on from it misses nothing.
    """

    def __init__(self, lesson: Lesson, measures: Measures, progress: Progress) -> None:
        self.lesson = lesson
        self.measures = measures
        self.progress = progress

    def on_step_end(self, _args: Any, state: Any, control: Any, **_more: Any) -> None:
        """Called by the trainer after each step."""
        step, plan = state.global_step, self.lesson.plan
        if step % plan.steps_an_epoch or step == plan.steps:
            return  # the very last is measured and kept when the trainer is done
        due = control.should_log  # a measurement is logged too, and takes the step's turn
        figures = self.measures.held_out(step, f"Epoch {step // plan.steps_an_epoch}")
        control.should_log = due
        if step in self.lesson.checkpoints:
            folder = self.lesson.folder / "checkpoints" / str(step)
            self.lesson.keep(self.measures.trainer.model, folder)
            self.measures.report.checkpoint(step, self.progress.last | figures, last=False)


def figures_of(found: Mapping[str, float], part: str, *, prefix: str = "") -> dict[str, float]:
    """A trainer's figures under the names of OpenAI's events, five digits of each."""
    named = {f"{part}_{ours}": found.get(prefix + theirs) for theirs, ours in FIGURES.items()}
    return {name: round(float(it), 5) for name, it in named.items() if it is not None}
