"""What a short fine-tuning does to the loss on questions that were kept apart, and how fast it is.

The whole way of the product: the shrimp exporter's rated conversations are curated, split and
uploaded, and the model server really trains the demonstration model on them (20 steps; 90 with
``FULL=1``). Then the speed alone, in turn with a plain script of transformers and peft over the
same examples, without loading: states and reports may cost a tenth (a line of this project).

Goals: the loss on the held-out part falls, and at least 0.9 of the plain script's tokens a second;
``training.seconds_a_step`` has no goal.
"""

import json
import time
from collections.abc import Iterator
from typing import Any

from benchmarks import messages, site
from benchmarks.figure import Figure, Goal, alternate, size
from benchmarks.processes import Peer, model_server
from conversations import embedding
from core import llm
from finetune import datasets, evaluation, polling, training
from finetune.models import FineTuningJob, JobStatus

FALLS = Goal("ratio", "<", 1)
NEARLY_ALL = Goal("ratio", ">=", 0.9)
MODEL = "smollm2-135m-instruct"
BATCH = 4
BY = "medidas"
SECONDS_BETWEEN_LOOKS = 2.0


def measure() -> Iterator[Figure]:
    yield from of_the_product()
    with model_server(), Peer("plain_lora", environment=".venv-models") as peer:
        yield speed(peer)


def of_the_product() -> Iterator[Figure]:
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


def speed(peer: Peer) -> Figure:
    """Tokens a second of the server's training and of the plain script, medians of rounds."""
    steps = size(6, full=40)
    examples = pairs(steps * BATCH)

    def plain() -> float:
        found = peer.ask(examples=examples, steps=steps, batch=BATCH)
        return float(found["tokens"] / found["seconds"])

    ours, theirs = alternate(
        lambda: tokens_a_second(examples, steps), plain, rounds=size(3, full=5)
    )
    return Figure("training.speed", ours, "tokens/s", "transformers y peft", theirs, NEARLY_ALL)


def pairs(number: int) -> list[dict[str, Any]]:
    """So many exchanges of the sample conversations, as lines of a training file."""
    texts = iter(messages.plain()[: 2 * number])
    return [
        {
            "messages": [
                {"role": "user", "content": question},
                {"role": "assistant", "content": answer},
            ]
        }
        for question, answer in zip(texts, texts, strict=True)
    ]


def tokens_a_second(examples: list[dict[str, Any]], steps: int) -> float:
    """A whole job of the server; its time from the first measurement to the last step."""
    lines = "\n".join(json.dumps(it, ensure_ascii=False) for it in examples).encode()
    with llm.client("local") as client:
        file = client.files.create(file=("speed.jsonl", lines), purpose="fine-tune")
        job = client.fine_tuning.jobs.create(
            model=MODEL,
            training_file=file.id,
            metadata={"max_steps": str(steps)},
            hyperparameters={"n_epochs": 1, "batch_size": BATCH},
        )
        while not (found := client.fine_tuning.jobs.retrieve(job.id)).finished_at:
            time.sleep(SECONDS_BETWEEN_LOOKS)
        events = client.fine_tuning.jobs.list_events(job.id, limit=100).data[::-1]
    if not found.trained_tokens:
        raise RuntimeError(f"the job ended {found.status}: {found.error}")
    told = [it for it in events if it.type == "metrics"]
    began, *_way, done, _after = (it.created_at for it in told)
    return float(found.trained_tokens / (done - began))
