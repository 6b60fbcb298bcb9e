"""The queue of trainings: one at a time, each in a process of its own.

No job is lost to a restart. The training process dies with the server (see ``processes``), so a job
found ``running`` at start has lost its process: it goes back to the queue and goes on from the last
state it kept (see ``resumption``). After ``MOST_ATTEMPTS`` processes that died before they could
keep one it is given up. A server that is stopped in order takes the job back to the queue itself,
and that does not count as an attempt.
"""

import asyncio
import json
import logging
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modelserver import processes, resumption
from modelserver.assignments import assignment
from modelserver.bases import Base
from modelserver.copies import Copies
from modelserver.errors import ApiError
from modelserver.job_records import WAITING, JobRecord
from modelserver.jobs import JobStore
from modelserver.news import News
from modelserver.settings import Settings
from modelserver.training_files import first_fault

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
LOG = "training.log"


class Runner:
    """Takes jobs from ``validating_files`` to their end."""

    def __init__(
        self, settings: Settings, jobs: JobStore, bases: Mapping[str, Base], copies: Copies
    ) -> None:
        self.settings = settings
        self.jobs = jobs
        self.bases = bases
        self.copies = copies
        self.recovered = False
        self.training: str | None = None
        self._process: Process | None = None
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
        if self.training:
            self._take_back(self.jobs.get(self.training))

    def submit(self, name: str) -> None:
        """Look at a new job's files, then queue it."""
        self._background(self._validate(name))

    async def cancel(self, name: str) -> JobRecord:
        """End a job that has not ended; raises ``ApiError`` (400) when it has."""
        self._unless_ended(name)
        self.jobs.add_event(name, "Fine-tuning job cancelled")
        record = self.jobs.end(name, "cancelled")
        if self.training == name and self._process:
            await processes.kill(self._process)
        else:
            self._tidy(name)
        return record

    def pause(self, name: str) -> JobRecord:
        """Have a job stop until it is resumed; raises ``ApiError`` (400) where it cannot be.

        A training is only asked: it keeps its state after the step it is at.
        """
        record = self._unless_ended(name)
        if record.job.status in WAITING:
            return self.jobs.pause(name, "Fine-tuning job paused before it was started")
        if record.job.status != "running":
            raise _not_now(record, "paused")
        resumption.ask_to_pause(self.jobs.folder(name))
        self.jobs.add_event(name, "Pausing the training: it stops after the step it is at")
        return self.jobs.update(name, status="pausing")

    def resume(self, name: str) -> JobRecord:
        """Queue a paused job; raises ``ApiError`` (400) for one that is not paused."""
        record = self._unless_ended(name)
        if record.job.status != "paused":
            raise _not_now(record, "resumed")
        self.jobs.add_event(name, "Resuming the training")
        record = self.jobs.update(name, status="resuming")
        self._work.set()
        return record

    def queued(self) -> int:
        """How many jobs wait for the one that is running; those that are paused do not."""
        return sum(
            it.job.id != self.training and it.job.status not in {"pausing", "paused"}
            for it in self.jobs.waiting()
        )

    def _unless_ended(self, name: str) -> JobRecord:
        record = self.jobs.get(name)
        if record.ended:
            raise _not_now(record, "changed")
        return record

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
        elif record.job.status in {"running", "pausing"}:
            self._again(record, "The server was restarted")
        self._work.set()

    def _take_back(self, record: JobRecord) -> None:
        """A job whose process a server ended itself waits for the next server."""
        if record.job.status == "pausing":
            self.jobs.pause(record.job.id, "Training paused: the server was stopped")
        elif record.job.status == "running":
            self.jobs.update(record.job.id, status="queued", attempts=max(0, record.attempts - 1))

    def _again(self, record: JobRecord, reason: str) -> None:
        """Queue a job whose process is gone, unless it has had its chances."""
        name = record.job.id
        if record.job.status == "pausing":
            self.jobs.pause(name, f"{reason}; the training is paused")
            return
        if record.attempts >= MOST_ATTEMPTS:
            message = f"{reason}; the training was given up after {record.attempts} attempts"
            self.jobs.fail(name, message, code="training_interrupted")
            return
        state = resumption.last_state(self.jobs.folder(name))
        how = f"goes on from step {state.step}" if state else "begins again"
        self.jobs.add_event(name, f"{reason}; the training {how}", level="warn")
        self.jobs.update(name, status="queued", estimated_finish=None)
        self._work.set()

    async def _validate(self, name: str) -> None:
        self.jobs.add_event(
            name, f"Validating training file: {self.jobs.get(name).job.training_file}"
        )
        method = self.jobs.get(name).method
        found = await asyncio.to_thread(first_fault, self.jobs.folder(name), method)
        if self.jobs.get(name).ended:  # cancelled meanwhile
            return
        if found:
            param, fault = found
            self.jobs.fail(name, str(fault), code=fault.code, param=param)
            return
        self.jobs.update(name, status="queued")
        self.jobs.add_event(name, "Files validated, moving job to queued state")
        self._work.set()

    async def _run(self) -> None:
        while True:
            await self._work.wait()
            queued = [it for it in self.jobs.waiting() if it.job.status in WAITING]
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
        if self.jobs.get(name).ended:
            await asyncio.to_thread(self._tidy, name)
        self.training = self._process = None

    def _tidy(self, name: str) -> None:
        """Remove what only a job that goes on needs."""
        resumption.forget(self.jobs.folder(name))
        self.copies.forget_deleted()

    async def _train(self, record: JobRecord) -> None:
        name = record.job.id
        base = self.bases.get(record.job.model)
        if base is None:
            self.jobs.fail(name, f"{record.job.model} is not served here any more", code="no_base")
            return
        self.training = name
        self.jobs.update(name, status="running", attempts=record.attempts + 1)
        folder = self.jobs.folder(name)
        state = resumption.last_state(folder)
        how = f"goes on from step {state.step}" if state else "started"
        self.jobs.add_event(name, f"Fine-tuning job {how}")
        assignment(record, base, self.settings).save(folder)
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

    async def _follow(self, name: str, process: Process) -> None:
        """Take down what a training process reports, until it ends."""
        assert process.stdout is not None  # noqa: S101 - it was started with a pipe
        news = News(self.jobs, name)
        async for line in process.stdout:
            if not self.jobs.get(name).ended:
                news.note(json.loads(line))
        code = await process.wait()
        record = self.jobs.get(name)
        if record.ended or news.paused:  # it may have been resumed while its process went
            return
        if code < 0:  # killed: out of memory, or by hand; another attempt may do better
            self._again(record, f"The training process was killed (signal {-code})")
        else:
            reason = await asyncio.to_thread(_last_line, self.jobs.folder(name) / LOG)
            self.jobs.fail(name, f"The training process failed: {reason}", code="training_failed")


def _not_now(record: JobRecord, wanted: str) -> ApiError:
    status = record.job.status
    message = f"A job that is {status} cannot be {wanted}."
    if record.ended:
        message = f"The job has already {status}."
    return ApiError(400, message, code="invalid_job_state")


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "no reason given")
