"""A job as OpenAI shows it, and what only this server knows of it."""

import time
from typing import Literal

from openai.types.fine_tuning import (
    DpoHyperparameters,
    FineTuningJob,
    SupervisedHyperparameters,
)
from openai.types.fine_tuning.fine_tuning_job import Hyperparameters, Method
from pydantic import BaseModel

from modelserver.job_requests import JobRequest, MethodName
from modelserver.store import new_id

ENDED = frozenset({"succeeded", "failed", "cancelled"})
WAITING = frozenset({"queued", "resuming"})  # for the one training process
OWNER = "local"
ID_END = 8  # so much of a job's id is in its model's name

Status = Literal[
    "validating_files", "queued", "running", "pausing", "paused", "resuming",
    "succeeded", "failed", "cancelled",
]  # fmt: skip


class LocalJob(FineTuningJob):
    """OpenAI's job with the statuses of a pause, which its client's own type leaves out."""

    status: Status  # type: ignore[assignment]


class JobRecord(BaseModel):
    """A job as OpenAI shows it, and what only this server knows of it."""

    job: LocalJob
    suffix: str = ""
    attempts: int = 0
    model_deleted: bool = False

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.job.status in ENDED

    @property
    def method(self) -> MethodName:
        """How it is trained; a job of before there was a choice is supervised."""
        return "dpo" if self.job.method and self.job.method.type == "dpo" else "supervised"

    @property
    def parameters(self) -> SupervisedHyperparameters | DpoHyperparameters:
        """Its method's hyperparameters."""
        method = getattr(self.job.method, self.method, None)
        return (method and method.hyperparameters) or SupervisedHyperparameters()

    @property
    def model_name(self) -> str:
        """What the tuned model will be called: OpenAI's form, ``ft:base:owner:suffix:id``."""
        return f"ft:{self.job.model}:{OWNER}:{self.suffix}:{self.job.id[-ID_END:]}"


def new_record(request: JobRequest) -> JobRecord:
    """The job that a request asks for."""
    wanted = request.hyperparameters
    method = {"type": request.method, request.method: {"hyperparameters": wanted}}
    job = LocalJob(
        id=new_id("ftjob"),
        created_at=int(time.time()),
        hyperparameters=Hyperparameters(**{k: v for k, v in wanted.items() if k != "beta"}),
        method=Method.model_validate(method),
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
