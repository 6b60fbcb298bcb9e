"""What a short fine-tuning does to the loss on questions that were kept apart.

The whole way of the product: the shrimp exporter's rated conversations are curated, split and
uploaded, and the model server really trains the demonstration model on them (20 steps; 90 with
``FULL=1``).

Goal: the loss on the held-out part falls; ``training.seconds_a_step`` has no goal.
"""

import time
from collections.abc import Iterator

from benchmarks import site
from benchmarks.figure import Figure, Goal, size
from benchmarks.processes import model_server
from conversations import embedding
from finetune import datasets, evaluation, polling, training
from finetune.models import FineTuningJob, JobStatus

FALLS = Goal("ratio", "<", 1)
BY = "medidas"
SECONDS_BETWEEN_LOOKS = 2.0


def measure() -> Iterator[Figure]:
    site.migrate()
    domain = site.sample_domains()[0]
    steps = size(20, full=90)
    with model_server(MAX_STEPS_CPU=str(steps)):
        embedding.fill(limit=10_000)
        _, file = datasets.prepare(domain, by=BY)
        job = training.start(domain, file_id=file.file_id, by=BY)
        started = time.monotonic()
        follow(job)
        seconds = time.monotonic() - started
    if not (losses := evaluation.losses_of(job)):
        raise RuntimeError("the job tells no loss of the held-out part")
    before, after = losses
    yield Figure("training", after, "pérdida apartada", "sin entrenar", before, FALLS)
    yield Figure("training.seconds_a_step", seconds / steps, "s, con carga y evaluación")


def follow(job: FineTuningJob) -> None:
    """Hand the job in and look until it ends. Raises RuntimeError if it does not succeed."""
    training.submit(job)
    while job.is_live:
        time.sleep(SECONDS_BETWEEN_LOOKS)
        polling.ask(job)
        job.refresh_from_db()
    if job.status != JobStatus.SUCCEEDED:
        raise RuntimeError(f"the job ended {job.status}: {job.error}")
