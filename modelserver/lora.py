"""LoRA with transformers, peft and trl: what happens between a model and its adapter."""

from collections.abc import Sequence
from typing import Any

from peft import LoraConfig, get_peft_model_state_dict
from transformers import Trainer

from modelserver import lora_gguf, resumption
from modelserver.course import Epochs, Keeper, Measures, Progress
from modelserver.lesson import Lesson
from modelserver.objectives import Objective
from modelserver.training_task import Report
from modelserver.weights import Weights

TIMES_REPORTED = 24  # how often a training reports its loss, however long it is
STATES_KEPT = 2  # one is whole while the next is written


def fitting(
    weights: Weights, objective: Objective, examples: Sequence[Any], context: int
) -> list[Any]:
    """The examples no longer than the context: a longer one would lose its answer's end."""

    def fits(example: Any) -> bool:
        return all(
            _length(weights.tokenizer, it) <= context for it in objective.conversations(example)
        )

    return [it for it in examples if fits(it)]


def fit(lesson: Lesson, report: Report) -> int | None:
    """Train, from the start or from the last state that was kept; leave ``adapter`` in the folder.

    Tells the losses before, on the way and after. Returns the tokens trained on, or ``None`` when
    the training was asked to pause. Raises ``UnsupportedAdapter`` before the first step.
    """
    trainer = _trainer(lesson)
    adapted = get_peft_model_state_dict(trainer.model)
    lora_gguf.refuse_unservable(adapted, lesson.base)
    measures, progress = Measures(trainer, lesson, report), Progress(report)
    for callback in (progress, Epochs(lesson, measures, progress), Keeper(lesson, report)):
        trainer.add_callback(callback)
    state = resumption.last_state(lesson.folder)
    if state is None:
        measures.both(0, "Before training")
    trainer.train(resume_from_checkpoint=str(state.folder) if state else None)
    if trainer.state.global_step < lesson.plan.steps:
        report.paused(trainer.state.global_step)
        return None
    lesson.keep(trainer.model, lesson.folder)
    figures = measures.both(lesson.plan.steps, "After training")
    report.checkpoint(lesson.plan.steps, figures, last=True)
    return int(trainer.state.num_input_tokens_seen)


def _trainer(lesson: Lesson) -> Trainer:
    wanted = lesson.task.lora
    lora = LoraConfig(
        r=wanted.rank,
        lora_alpha=wanted.alpha,
        lora_dropout=wanted.dropout,
        target_modules=wanted.target_modules,
        task_type="CAUSAL_LM",
    )
    dataset = lesson.objective.dataset(lesson.training)
    return lesson.objective.trainer(lesson.weights, dataset, lora, _options(lesson))


def _options(lesson: Lesson) -> dict[str, Any]:
    task, plan = lesson.task, lesson.plan
    multiplier = task.learning_rate_multiplier
    return {
        "output_dir": str(resumption.states_folder(lesson.folder)),
        "per_device_train_batch_size": plan.batch_size,
        "per_device_eval_batch_size": plan.batch_size,
        "max_steps": plan.steps,
        "learning_rate": lesson.objective.rate * (1.0 if multiplier == "auto" else multiplier),
        "lr_scheduler_type": "cosine",
        "seed": task.seed,
        "data_seed": task.seed,
        "max_length": task.context,
        "logging_steps": max(1, plan.steps // TIMES_REPORTED),
        "include_num_input_tokens_seen": "non_padding",
        "save_strategy": "no",  # course.Keeper says when
        "save_total_limit": STATES_KEPT,
        "report_to": [],
        "disable_tqdm": True,
        **lesson.device.trainer_options(),
    }


def _length(tokenizer: Any, messages: Any) -> int:
    return len(tokenizer.apply_chat_template(messages, tokenize=True, return_dict=False))
