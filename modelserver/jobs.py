"""Fine-tuning jobs on disk: their state, their events and the models that come of them.

Only the server's event loop writes here; the training process reports to it (see ``runner``).
"""

import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from openai.types.fine_tuning import FineTuningJob, FineTuningJobEvent, SupervisedMethod
from openai.types.fine_tuning.fine_tuning_job import Error, Hyperparameters, Method
from pydantic import BaseModel

from modelserver import paging
from modelserver.errors import not_found
from modelserver.job_requests import JobRequest
from modelserver.store import Folders, new_id, write_json

ENDED = frozenset({"succeeded", "failed", "cancelled"})
OWNER = "local"

Level = Literal["info", "warn", "error"]


class JobRecord(BaseModel):
    """A job as OpenAI shows it, and what only this server knows of it."""

    job: FineTuningJob
    suffix: str = ""
    attempts: int = 0
    model_deleted: bool = False

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.job.status in ENDED

    @property
    def model_name(self) -> str:
        """What the tuned model will be called: OpenAI's form, ``ft:base:owner:suffix:id``."""
        return f"ft:{self.job.model}:{OWNER}:{self.suffix}:{self.job.id[-8:]}"


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
        record = _record(request)

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

    def newest_first(self) -> Iterator[JobRecord]:
        """Every job."""
        return map(_read, self.folders.newest_first())

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

    def end(self, name: str, status: str, **facts: Any) -> JobRecord:
        """Bring a job to its end."""
        now = int(time.time())
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

    def tuned(self) -> Iterator[JobRecord]:
        """The jobs whose models can be asked, newest first."""
        for record in self.newest_first():
            if record.job.status == "succeeded" and not record.model_deleted:
                yield record

    def delete_model(self, name: str) -> None:
        """Remove what a job trained; the job stays."""
        record = self.get(name)
        record.model_deleted = True
        self._save(record)
        shutil.rmtree(self.folder(name) / "adapter", ignore_errors=True)
        (self.folder(name) / "adapter.gguf").unlink(missing_ok=True)

    def _save(self, record: JobRecord) -> None:
        write_json(self.folder(record.job.id) / "job.json", record.model_dump(mode="json"))


def _record(request: JobRequest) -> JobRecord:
    parameters = request.hyperparameters
    job = FineTuningJob(
        id=new_id("ftjob"),
        created_at=int(time.time()),
        hyperparameters=Hyperparameters(**parameters.model_dump()),
        method=Method(type="supervised", supervised=SupervisedMethod(hyperparameters=parameters)),
        metadata=request.metadata,
        model=request.model,
        object="fine_tuning.job",
        organization_id=OWNER,
        result_files=[],
        seed=request.seed,
        status="validating_files",
        training_file=request.training_file,
        validation_file=request.validation_file,
        integrations=[],
    )
    return JobRecord(job=job, suffix=request.suffix)


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
