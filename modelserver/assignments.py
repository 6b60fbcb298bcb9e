"""What a training process is given for a job of a base, by the server's settings."""

from pathlib import Path

from modelserver.bases import Base
from modelserver.job_records import JobRecord
from modelserver.lora_options import lora_options, step_limit
from modelserver.settings import Settings
from modelserver.training_task import TrainingTask


def assignment(record: JobRecord, base: Base, settings: Settings) -> TrainingTask:
    """The task of a job."""
    wanted, metadata = record.parameters, record.job.metadata
    return TrainingTask(
        gguf=str(base.gguf),
        weights=str(base.weights) if base.weights else None,
        cache=str(_cache(base, settings)),
        method=record.method,
        n_epochs=wanted.n_epochs or "auto",
        batch_size=wanted.batch_size or "auto",
        learning_rate_multiplier=wanted.learning_rate_multiplier or "auto",
        beta=getattr(wanted, "beta", None) or "auto",
        lora=lora_options(metadata),
        seed=record.job.seed,
        max_steps=step_limit(metadata),
        max_steps_cpu=settings.max_steps_cpu,
        threads=settings.training_threads,
        context=settings.context,
        device=settings.device,
        save_steps=settings.save_steps,
        save_seconds=settings.save_seconds,
    )


def _cache(base: Base, settings: Settings) -> Path:
    """Where a base's unpacked weights are kept; another file of that id has its own place."""
    known = base.gguf.stat()
    folder = settings.data_dir / "weights"
    folder.mkdir(exist_ok=True)
    return folder / f"{base.id}-{known.st_size}-{known.st_mtime_ns}"
