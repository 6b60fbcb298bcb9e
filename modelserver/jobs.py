"""Fine-tuning jobs on disk: their state, their events and their checkpoints.

Only the server's event loop writes here; the training process reports to it (see ``runner``).
"""

import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from openai.types.fine_tuning import FineTuningJobEvent
from openai.types.fine_tuning.fine_tuning_job import Error, Hyperparameters, Method
from openai.types.fine_tuning.jobs import FineTuningJobCheckpoint
from openai.types.fine_tuning.jobs.fine_tuning_job_checkpoint import Metrics

from modelserver import paging, resumption
from modelserver.errors import not_found
from modelserver.job_records import JobRecord, new_record
from modelserver.job_requests import JobRequest
from modelserver.store import Folders, new_id, write_json

CHECKPOINTS = "checkpoints"
_CHECKPOINT = "checkpoint.json"

Level = Literal["info", "warn", "error"]


class JobStore:
    """Every job: a folder with ``job.json``, ``events.jsonl``, its files and its adapter."""

    def __init__(self, root: Path) -> None:
        self.folders = Folders(root)

    def folder(self, name: str) -> Path:
        """Where a job's files are; raises ``ApiError`` (404)."""
        folder = self.folders.find(name)
        if folder is None:
            raise not_found("fine-tuning job", name)
        return folder

    def create(self, request: JobRequest, *, training: Path, validation: Path | None) -> JobRecord:
        """Record a job with its own copies of its files, so that deleting those harms no job."""
        record = new_record(request)

        def fill(folder: Path) -> None:
            _keep(training, folder / "training.jsonl")
            if validation:
                _keep(validation, folder / "validation.jsonl")
            write_json(folder / "job.json", record.model_dump(mode="json"))

        self.folders.create(record.job.id, fill)
        self.add_event(record.job.id, f"Created fine-tuning job: {record.job.id}")
        return record

    def get(self, name: str) -> JobRecord:
        """One job; raises ``ApiError`` (404)."""
        return _read(self.folder(name))

    def newest_first(self, *, ending: str = "") -> Iterator[JobRecord]:
        """Every job, or those whose id ends so: of others nothing is read."""
        found = self.folders.newest_first()
        return (_read(it) for it in found if it.name.endswith(ending))

    def waiting(self) -> list[JobRecord]:
        """The jobs that have not ended, in the order they came."""
        return [it for it in self.newest_first() if not it.ended][::-1]

    def update(self, name: str, *, attempts: int | None = None, **facts: Any) -> JobRecord:
        """Change what is known of a job and return it."""
        record = self.get(name)
        if attempts is not None:
            record.attempts = attempts
        for key, value in facts.items():
            setattr(record.job, key, value)
        self._save(record)
        return record

    def plan(self, name: str, **parameters: Any) -> None:
        """Say what the hyperparameters that were left open came to."""
        record = self.get(name)
        known = {record.method: {"hyperparameters": record.parameters.model_dump() | parameters}}
        self.update(
            name,
            hyperparameters=Hyperparameters(**parameters),
            method=Method.model_validate({"type": record.method} | known),
        )

    def pause(self, name: str, message: str) -> JobRecord:
        """Say that a job has stopped until somebody resumes it."""
        resumption.withdraw_pause(self.folder(name))
        self.add_event(name, message)
        return self.update(name, status="paused", attempts=0, estimated_finish=None)

    def end(self, name: str, status: str, **facts: Any) -> JobRecord:
        """Bring a job to its end. A process that is still at it finds out by itself."""
        now = int(time.time())
        resumption.withdraw_pause(self.folder(name))
        return self.update(name, status=status, finished_at=now, estimated_finish=None, **facts)

    def fail(self, name: str, message: str, *, code: str, param: str | None = None) -> JobRecord:
        """End a job that cannot succeed, and say why."""
        error = Error(code=code, message=message, param=param)
        self.add_event(name, message, level="error")
        return self.end(name, "failed", error=error)

    def succeed(self, name: str, *, trained_tokens: int) -> JobRecord:
        """End a job whose adapter is in its folder: from now on its model is served."""
        model = self.get(name).model_name
        self.add_event(name, f"New fine-tuned model created: {model}")
        self.add_event(name, "The job has successfully completed")
        return self.end(name, "succeeded", fine_tuned_model=model, trained_tokens=trained_tokens)

    def add_event(
        self, name: str, message: str, *, level: Level = "info", data: dict[str, Any] | None = None
    ) -> None:
        """Append an event; with ``data`` it is one of ``metrics``."""
        event = FineTuningJobEvent(
            id=new_id("ftevent"),
            created_at=int(time.time()),
            level=level,
            message=message,
            object="fine_tuning.job.event",
            data=data or {},
            type="metrics" if data else "message",
        )
        with (self.folder(name) / "events.jsonl").open("a", encoding="utf-8") as file:
            # A crash may have left half a line: a new one starts whatever was there.
            file.write(f"\n{json.dumps(paging.body(event), ensure_ascii=False)}")
            file.flush()
            os.fsync(file.fileno())

    def events(self, name: str) -> list[FineTuningJobEvent]:
        """A job's events, newest first as OpenAI lists them."""
        path = self.folder(name) / "events.jsonl"
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        return [event for line in reversed(lines) if (event := _event(line))]

    def add_checkpoint(self, name: str, step: int, figures: dict[str, Any], *, last: bool) -> None:
        """Record that the model of a step can be served; the last step's is the job's own."""
        model = self.get(name).model_name
        if not last:
            model = f"{model}:ckpt-step-{step}"
            self.add_event(name, f"Checkpoint created at step {step}: {model}")
        checkpoint = FineTuningJobCheckpoint(
            id=new_id("ftckpt"),
            created_at=int(time.time()),
            fine_tuned_model_checkpoint=model,
            fine_tuning_job_id=name,
            metrics=_metrics(step, figures),
            object="fine_tuning.job.checkpoint",
            step_number=step,
        )
        folder = self.folder(name) / CHECKPOINTS / str(step)
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / _CHECKPOINT, paging.body(checkpoint))

    def checkpoints(self, name: str) -> list[FineTuningJobCheckpoint]:
        """What can be served of a job's training, latest first."""
        found = (self.folder(name) / CHECKPOINTS).glob(f"*/{_CHECKPOINT}")
        read = [FineTuningJobCheckpoint.model_validate_json(it.read_bytes()) for it in found]
        return sorted(read, key=lambda it: it.step_number, reverse=True)

    def forget_model(self, name: str) -> None:
        """Say of a job that its model is gone; the job stays."""
        record = self.get(name)
        record.model_deleted = True
        self._save(record)

    def _save(self, record: JobRecord) -> None:
        write_json(self.folder(record.job.id) / "job.json", record.model_dump(mode="json"))


def _metrics(step: int, figures: dict[str, Any]) -> Metrics:
    known = {name: figures[name] for name in Metrics.model_fields if name in figures}
    return Metrics(**known | {"step": step})


def _keep(source: Path, target: Path) -> None:
    """Share the bytes of a file that never changes, or copy them where links are not possible."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _read(folder: Path) -> JobRecord:
    return JobRecord.model_validate_json((folder / "job.json").read_bytes())


def _event(line: str) -> FineTuningJobEvent | None:
    try:
        return FineTuningJobEvent.model_validate_json(line)
    except ValueError:  # an empty line, or half of one that a crash cut short
        return None
