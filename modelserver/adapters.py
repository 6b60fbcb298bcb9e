"""The models that were tuned here: each an adapter in the folder of its job.

``JOB/adapter.gguf`` is a job's model, ``JOB/checkpoints/STEP/adapter.gguf`` that of an epoch;
peft's format is beside each as ``adapter/``. They are served with the template they were trained
with.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from modelserver.job_records import ID_END, JobRecord
from modelserver.jobs import CHECKPOINTS, JobStore


class Adapter(NamedTuple):
    """A model that was tuned here: its name, its job, and the folder of its files."""

    name: str
    record: JobRecord
    job_folder: Path
    folder: Path
    created_at: int

    @property
    def gguf(self) -> Path:
        """What llama.cpp loads beside the base."""
        return self.folder / "adapter.gguf"

    @property
    def chat_template(self) -> str:
        """The template it was trained with."""
        return (self.job_folder / "chat_template.jinja").read_text(encoding="utf-8")

    @property
    def is_checkpoint(self) -> bool:
        """Whether it is a model of the way, not of the end."""
        return self.folder != self.job_folder


def every(jobs: JobStore, *, job_ending: str = "") -> Iterator[Adapter]:
    """The models that can be asked, the newest job's first; or those of jobs whose ids end so."""
    for record in jobs.newest_first(ending=job_ending):
        if not record.model_deleted:
            yield from _of(jobs, record)


def named(jobs: JobStore, name: str) -> Adapter | None:
    """The model of that name (``JobRecord.model_name``, which holds the end of its job's id)."""
    _ft, _base, _owner, _suffix, ending, *_step = [*name.split(":"), *[""] * 5]
    if len(ending) != ID_END:
        return None
    return next((it for it in every(jobs, job_ending=ending) if it.name == name), None)


def remove(jobs: JobStore, adapter: Adapter) -> None:
    """Remove a model. What a job trained goes with its checkpoints; the job stays."""
    if adapter.is_checkpoint:
        shutil.rmtree(adapter.folder)
        return
    jobs.forget_model(adapter.record.job.id)
    for trained in ("adapter", CHECKPOINTS, "package"):
        shutil.rmtree(adapter.folder / trained, ignore_errors=True)
    adapter.gguf.unlink(missing_ok=True)


def _of(jobs: JobStore, record: JobRecord) -> Iterator[Adapter]:
    job, folder = record.job, jobs.folder(record.job.id)
    if job.status == "succeeded":
        yield Adapter(record.model_name, record, folder, folder, job.finished_at or job.created_at)
    for it in jobs.checkpoints(job.id):
        name, place = it.fine_tuned_model_checkpoint, folder / CHECKPOINTS / str(it.step_number)
        if name != record.model_name:
            yield Adapter(name, record, folder, place, it.created_at)
