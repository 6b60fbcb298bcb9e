"""LoRA with transformers, peft and trl: what happens between a model and its adapter."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset
from peft import LoraConfig
from transformers import TrainerCallback
from trl import SFTConfig, SFTTrainer

from modelserver.device import Device
from modelserver.plan import Plan
from modelserver.training_task import Report, TrainingTask
from modelserver.validation import Messages
from modelserver.weights import Weights

RANK, ALPHA = 16, 32
LEARNING_RATE = 1e-3
SAMPLE = 32  # examples of the training file that the loss is measured on before and after
TIMES_REPORTED = 24  # how often a training reports its loss, however long it is

Pair = tuple[Messages, Messages]


def fitting(weights: Weights, pairs: Sequence[Pair], context: int) -> list[Pair]:
    """The pairs that are no longer than the context: a longer one would lose its answer's end."""
    return [it for it in pairs if _length(weights.tokenizer, it) <= context]


def fit(
    weights: Weights,
    training: Sequence[Pair],
    validation: Sequence[Pair],
    plan: Plan,
    *,
    task: TrainingTask,
    device: Device,
    folder: Path,
    report: Report,
) -> int:
    """Train, measure before and after, save ``folder/adapter``; return the tokens trained on."""
    trainer = SFTTrainer(
        model=weights.model,
        processing_class=weights.tokenizer,
        args=_configuration(plan, task, device, folder),
        train_dataset=_dataset(training),
        peft_config=LoraConfig(
            r=RANK, lora_alpha=ALPHA, target_modules="all-linear", task_type="CAUSAL_LM"
        ),
        callbacks=[_Progress(report)],
    )
    course = _Course(trainer, training, validation, plan.steps, report)
    course.measure(0, "Before training")
    trainer.train()
    trainer.save_model(str(folder / "adapter"))
    course.measure(plan.steps, "After training")
    return int(trainer.state.num_input_tokens_seen)


class _Course:
    """Measures the same examples before and after a training."""

    def __init__(
        self,
        trainer: SFTTrainer,
        training: Sequence[Pair],
        validation: Sequence[Pair],
        total: int,
        report: Report,
    ) -> None:
        self.trainer = trainer
        self.sample = _dataset(training[:SAMPLE])
        self.validation = _dataset(validation) if validation else None
        self.total = total
        self.report = report

    def measure(self, step: int, moment: str) -> None:
        """Report the loss on the sample, and on the whole validation file if there is one."""
        loss, accuracy = self._evaluate(self.sample)
        data = {"step": step, "total_steps": self.total}
        data |= {"train_loss": loss, "train_mean_token_accuracy": accuracy}
        message = f"{moment}: training loss={loss:.4f}"
        if self.validation:
            loss, accuracy = self._evaluate(self.validation)
            data |= {"valid_loss": loss, "valid_mean_token_accuracy": accuracy}
            data |= {"full_valid_loss": loss, "full_valid_mean_token_accuracy": accuracy}
            message += f", validation loss={loss:.4f}"
        self.report.metrics(message, data)

    def _evaluate(self, dataset: Dataset) -> tuple[float, float]:
        found = self.trainer.evaluate(dataset)
        return round(found["eval_loss"], 5), round(found["eval_mean_token_accuracy"], 5)


class _Progress(TrainerCallback):
    """Passes the trainer's running figures on."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def on_log(
        self, _args: Any, state: Any, _control: Any, logs: dict[str, Any], **_more: Any
    ) -> None:
        """Called by the trainer every few steps, and with other figures at other times."""
        if "loss" not in logs:
            return
        step, total = state.global_step, state.max_steps
        data = {
            "step": step,
            "total_steps": total,
            "train_loss": round(float(logs["loss"]), 5),
            "train_mean_token_accuracy": round(float(logs["mean_token_accuracy"]), 5),
        }
        message = f"Step {step}/{total}: training loss={data['train_loss']:.4f}"
        self.report.metrics(message, data)


def _configuration(plan: Plan, task: TrainingTask, device: Device, folder: Path) -> SFTConfig:
    multiplier = task.learning_rate_multiplier
    return SFTConfig(
        output_dir=str(folder / "trainer"),
        per_device_train_batch_size=plan.batch_size,
        per_device_eval_batch_size=plan.batch_size,
        max_steps=plan.steps,
        learning_rate=LEARNING_RATE * (1.0 if multiplier == "auto" else multiplier),
        lr_scheduler_type="cosine",
        seed=task.seed,
        data_seed=task.seed,
        max_length=task.context,
        logging_steps=max(1, plan.steps // TIMES_REPORTED),
        include_num_input_tokens_seen="non_padding",
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        **device.trainer_options(),
    )


def _dataset(pairs: Sequence[Pair]) -> Dataset:
    """In this form TRL masks the prompt, whatever the chat template."""
    return Dataset.from_list([{"prompt": prompt, "completion": answer} for prompt, answer in pairs])


def _length(tokenizer: Any, pair: Pair) -> int:
    prompt, answer = pair
    return len(tokenizer.apply_chat_template(prompt + answer, tokenize=True, return_dict=False))
