"""What a training process reports, written down as its job's state and events."""

import time
from typing import Any

from modelserver.jobs import JobStore


class News:
    """The reports of one training process, from its start to its end."""

    def __init__(self, jobs: JobStore, name: str) -> None:
        self.jobs = jobs
        self.name = name
        self.paused = False
        self._began: tuple[int, float] | None = None  # a step, and when it was over

    def note(self, report: dict[str, Any]) -> None:
        """Write one report down (``training_task.Report`` says what there is)."""
        match report.pop("kind"):
            case "event":
                self.jobs.add_event(self.name, report["message"], level=report["level"])
            case "plan":
                self.jobs.plan(self.name, **report)
            case "metrics":
                self.jobs.add_event(self.name, report["message"], data=report["data"])
                self._estimate(report["data"]["step"], report["data"]["total_steps"])
            case "saved":  # what it has learned is safe, so an earlier crash counts no more
                self.jobs.update(self.name, attempts=0)
            case "checkpoint":
                self.jobs.add_checkpoint(self.name, **report)
            case "paused":
                self.paused = True
                self.jobs.pause(self.name, f"Training paused at step {report['step']}")
            case "failed":
                self.jobs.fail(self.name, report["message"], code=report["code"])
            case "succeeded":
                self.jobs.succeed(self.name, trained_tokens=report["trained_tokens"])

    def _estimate(self, step: int, total: int) -> None:
        now = time.monotonic()
        if self._began is None:
            self._began = step, now
        first, then = self._began
        if step > first:
            left = (now - then) / (step - first) * (total - step)
            self.jobs.update(self.name, estimated_finish=int(time.time() + left))
