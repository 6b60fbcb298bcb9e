"""The queue of trainings: one at a time, each in a process of its own.

No job is lost to a restart. The training process dies with the server (see ``processes``), so a job
found ``running`` at start has lost its process: it goes back to the queue and is trained again from
its beginning, at most ``MOST_ATTEMPTS`` times. A server that is stopped in order takes the job back
to the queue itself, and that does not count as an attempt.
"""

import asyncio
import json
import logging
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openai.types.fine_tuning.fine_tuning_job import Hyperparameters

from modelserver import processes
from modelserver.bases import Base
from modelserver.errors import ApiError
from modelserver.job_requests import step_limit
from modelserver.jobs import JobRecord, JobStore
from modelserver.settings import Settings
from modelserver.training_task import TrainingTask
from modelserver.validation import InvalidFile, read_examples

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
LOG = "training.log"


class Runner:
    """Takes jobs from ``validating_files`` to their end."""

    def __init__(self, settings: Settings, jobs: JobStore, bases: Mapping[str, Base]) -> None:
        self.settings = settings
        self.jobs = jobs
        self.bases = bases
        self.recovered = False
        self.training: str | None = None
        self._process: Process | None = None
        self._started = 0.0
        self._work = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Take up what an earlier server left, and begin to work."""
        for record in self.jobs.waiting():
            self._recover(record)
        self.recovered = True
        self._background(self._run())

    async def stop(self) -> None:
        """End the training process; its job waits for the next server."""
        for task in self._tasks:
            task.cancel()
        if self._process:
            await processes.kill(self._process)
        if self.training and not (record := self.jobs.get(self.training)).ended:
            self.jobs.update(self.training, status="queued", attempts=record.attempts - 1)

    def submit(self, name: str) -> None:
        """Look at a new job's files, then queue it."""
        self._background(self._validate(name))

    async def cancel(self, name: str) -> JobRecord:
        """End a job that has not ended; raises ``ApiError`` (400) when it has."""
        record = self.jobs.get(name)
        if record.ended:
            raise ApiError(
                400, f"The job has already {record.job.status}.", code="invalid_job_state"
            )
        self.jobs.add_event(name, "Fine-tuning job cancelled")
        record = self.jobs.end(name, "cancelled")
        if self.training == name and self._process:
            await processes.kill(self._process)
        return record

    def queued(self) -> int:
        """How many jobs wait for the one that is running."""
        return sum(it.job.id != self.training for it in self.jobs.waiting())

    def _background(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        """Without this a failure in the background would be seen by nobody."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.critical("The queue of trainings stopped", exc_info=error)

    def _recover(self, record: JobRecord) -> None:
        name = record.job.id
        if record.job.status == "validating_files":
            self.submit(name)
        elif record.job.status == "running":
            self._again(record, "The server was restarted")
        self._work.set()

    def _again(self, record: JobRecord, reason: str) -> None:
        """Queue a job whose process is gone, unless it has had its chances."""
        name = record.job.id
        if record.attempts >= MOST_ATTEMPTS:
            message = f"{reason}; the training was given up after {record.attempts} attempts"
            self.jobs.fail(name, message, code="training_interrupted")
            return
        self.jobs.add_event(name, f"{reason}; the training begins again", level="warn")
        self.jobs.update(name, status="queued", estimated_finish=None)
        self._work.set()

    async def _validate(self, name: str) -> None:
        self.jobs.add_event(
            name, f"Validating training file: {self.jobs.get(name).job.training_file}"
        )
        for part, fewest in (("training", None), ("validation", 1)):
            try:
                await asyncio.to_thread(_check, self.jobs.folder(name) / f"{part}.jsonl", fewest)
            except InvalidFile as error:
                self.jobs.fail(name, str(error), code=error.code, param=f"{part}_file")
                return
        if not self.jobs.get(name).ended:  # it may have been cancelled meanwhile
            self.jobs.update(name, status="queued")
            self.jobs.add_event(name, "Files validated, moving job to queued state")
            self._work.set()

    async def _run(self) -> None:
        while True:
            await self._work.wait()
            queued = [it for it in self.jobs.waiting() if it.job.status == "queued"]
            if queued:
                await self._train_or_fail(queued[0])
            else:
                self._work.clear()

    async def _train_or_fail(self, record: JobRecord) -> None:
        """One job's bad luck (a full disk, a bug) stops no other."""
        name = record.job.id
        try:
            await self._train(record)
        except Exception as error:
            logger.exception("The training of %s broke", name)
            if self._process:
                await processes.kill(self._process)
            if not self.jobs.get(name).ended:
                self.jobs.fail(name, f"The training broke: {error!r}", code="training_failed")
        self.training = self._process = None

    async def _train(self, record: JobRecord) -> None:
        name = record.job.id
        base = self.bases.get(record.job.model)
        if base is None:
            self.jobs.fail(name, f"{record.job.model} is not served here any more", code="no_base")
            return
        self.training, self._started = name, time.monotonic()
        self.jobs.update(name, status="running", attempts=record.attempts + 1)
        self.jobs.add_event(name, "Fine-tuning job started")
        folder = self.jobs.folder(name)
        self._task(record, base).save(folder)
        with (folder / LOG).open("ab") as log:
            self._process = await processes.spawn(
                "modelserver.training",
                str(folder),
                threads=self.settings.training_threads,
                stdout=PIPE,
                stderr=log,
            )
        if self.jobs.get(name).ended:  # cancelled before there was a process to kill
            await processes.kill(self._process)
        await self._follow(name, self._process)

    def _task(self, record: JobRecord, base: Base) -> TrainingTask:
        parameters = record.job.hyperparameters
        return TrainingTask(
            gguf=str(base.gguf),
            weights=str(base.weights) if base.weights else None,
            cache=str(self._cache(base)),
            n_epochs=parameters.n_epochs or "auto",
            batch_size=parameters.batch_size or "auto",
            learning_rate_multiplier=parameters.learning_rate_multiplier or "auto",
            seed=record.job.seed,
            max_steps=step_limit(record.job.metadata),
            max_steps_cpu=self.settings.max_steps_cpu,
            threads=self.settings.training_threads,
            context=self.settings.context,
            device=self.settings.device,
        )

    def _cache(self, base: Base) -> Path:
        """Where a base's unpacked weights are kept; another file of that id has its own place."""
        known = base.gguf.stat()
        folder = self.settings.data_dir / "weights"
        folder.mkdir(exist_ok=True)
        return folder / f"{base.id}-{known.st_size}-{known.st_mtime_ns}"

    async def _follow(self, name: str, process: Process) -> None:
        """Take down what a training process reports, until it ends."""
        assert process.stdout is not None  # noqa: S101 - it was started with a pipe
        async for line in process.stdout:
            if not self.jobs.get(name).ended:
                self._note(name, json.loads(line))
        code = await process.wait()
        record = self.jobs.get(name)
        if record.ended:
            return
        if code < 0:  # killed: out of memory, or by hand; another attempt may do better
            self._again(record, f"The training process was killed (signal {-code})")
        else:
            reason = await asyncio.to_thread(_last_line, self.jobs.folder(name) / LOG)
            self.jobs.fail(name, f"The training process failed: {reason}", code="training_failed")

    def _note(self, name: str, report: dict[str, Any]) -> None:
        match report.pop("kind"):
            case "event":
                self.jobs.add_event(name, report["message"], level=report["level"])
            case "plan":
                self.jobs.update(name, hyperparameters=Hyperparameters(**report))
            case "metrics":
                self.jobs.add_event(name, report["message"], data=report["data"])
                self._estimate(name, **report["data"])
            case "failed":
                self.jobs.fail(name, report["message"], code=report["code"])
            case "succeeded":
                self.jobs.succeed(name, trained_tokens=report["trained_tokens"])

    def _estimate(self, name: str, *, step: int, total_steps: int, **_figures: float) -> None:
        if step == 0:
            self._started = time.monotonic()
            return
        pace = (time.monotonic() - self._started) / step
        self.jobs.update(name, estimated_finish=int(time.time() + pace * (total_steps - step)))


def _check(path: Path, fewest: int | None) -> None:
    if path.exists():
        with path.open("rb") as lines:
            read_examples(lines) if fewest is None else read_examples(lines, fewest=fewest)


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "no reason given")
