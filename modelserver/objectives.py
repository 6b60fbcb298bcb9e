"""The two things a training can teach: answers, and which of two answers is the better one.

Each reads its examples, says how long they are, and makes the trainer for them; the loss is that of
the answers alone. ``rate`` is the learning rate that the job's multiplier multiplies.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from datasets import Dataset
from peft import LoraConfig
from transformers import Trainer
from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer

from modelserver.preferences import Preference, read_preferences
from modelserver.training_task import TrainingTask
from modelserver.validation import Messages, answers, read_examples
from modelserver.weights import Weights

USUAL_BETA = 0.1  # of the method's authors, and OpenAI's


class Objective(Protocol):
    """What a training is for."""

    rate: float

    def read(self, lines: Iterable[bytes]) -> list[Any]:
        """The examples of a file that was found fit."""

    def conversations(self, example: Any) -> list[Messages]:
        """Each whole conversation that the model is shown for an example."""

    def dataset(self, examples: Sequence[Any]) -> Dataset:
        """The examples in TRL's form."""

    def trainer(
        self, weights: Weights, dataset: Dataset, lora: LoraConfig, options: dict[str, Any]
    ) -> Trainer:
        """A trainer; ``options`` are the arguments that every trainer has."""


class Answers:
    """Supervised: the answers as they are."""

    rate = 1e-3

    def read(self, lines: Iterable[bytes]) -> list[tuple[Messages, Messages]]:
        """A prompt and a completion for every answer."""
        examples = read_examples(lines, fewest=1)
        return [pair for messages in examples for pair in answers(messages)]

    def conversations(self, example: tuple[Messages, Messages]) -> list[Messages]:
        """The one conversation."""
        prompt, completion = example
        return [prompt + completion]

    def dataset(self, examples: Sequence[tuple[Messages, Messages]]) -> Dataset:
        """In this form TRL masks the prompt, whatever the chat template."""
        return Dataset.from_list([{"prompt": it, "completion": answer} for it, answer in examples])

    def trainer(
        self, weights: Weights, dataset: Dataset, lora: LoraConfig, options: dict[str, Any]
    ) -> SFTTrainer:
        """TRL's supervised trainer."""
        return SFTTrainer(
            model=weights.model,
            processing_class=weights.tokenizer,
            args=SFTConfig(**options),
            train_dataset=dataset,
            peft_config=lora,
        )


class Preferences:
    """DPO: the base, which is the model without its adapter, is the reference."""

    rate = 1e-4  # preferences move a model further with less

    def __init__(self, beta: float) -> None:
        self.beta = beta

    def read(self, lines: Iterable[bytes]) -> list[Preference]:
        """The preferences."""
        return read_preferences(lines, fewest=1)

    def conversations(self, example: Preference) -> list[Messages]:
        """The conversation with either answer."""
        return [example.prompt + example.preferred, example.prompt + example.other]

    def dataset(self, examples: Sequence[Preference]) -> Dataset:
        """TRL's names for the three parts."""
        names = ("prompt", "chosen", "rejected")
        return Dataset.from_list([dict(zip(names, it, strict=True)) for it in examples])

    def trainer(
        self, weights: Weights, dataset: Dataset, lora: LoraConfig, options: dict[str, Any]
    ) -> DPOTrainer:
        """TRL's preference trainer."""
        return DPOTrainer(
            model=weights.model,
            processing_class=weights.tokenizer,
            args=DPOConfig(beta=self.beta, **options),
            train_dataset=dataset,
            peft_config=lora,
        )


def objective(task: TrainingTask) -> Objective:
    """What a task is for."""
    if task.method == "supervised":
        return Answers()
    return Preferences(USUAL_BETA if task.beta == "auto" else task.beta)
