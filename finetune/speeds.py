"""Measuring how long a training will take here, by a real one of four steps.

Only on this machine, where that costs nothing but a minute. It goes the way of every training: a
file, a job that carries a key, questions until it ends; and it leaves nothing behind.
"""

import hashlib
import logging
from collections.abc import Sequence
from itertools import chain

from conversations.fingerprints import token_count
from core import llm
from core.errors import ModelUnavailable, Refusal
from finetune import remote
from finetune.formats import chat_line
from finetune.models import FineTuningJob, JobStatus, Speed

logger = logging.getLogger(__name__)

STEPS, BATCH = 4, 4
CLAIM_SECONDS = 60
FILE = "measuring-the-speed.jsonl"
SYSTEM = "Contestas con amabilidad y en pocas palabras."
QUESTION = "¿A qué hora abre la sucursal número {} y qué papeles tengo que llevar?"
ANSWER = (
    "La sucursal número {} abre a las ocho y media. Lleve su documento y el comprobante del último "
    "mes; el trámite toma unos quince minutos."
)
PAIRS = [(QUESTION.format(it), ANSWER.format(it)) for it in range(1, STEPS * BATCH + 1)]
CONTENT = b"".join(chat_line(system=SYSTEM, question=it, answer=answer) for it, answer in PAIRS)


def ask(provider: str, base_model: str) -> bool:
    """Have the speed of a base on this machine measured within a minute or two.

    ``False`` where it was asked for before, or for a provider elsewhere.
    """
    if not llm.is_here(provider):
        return False
    _speed, new = Speed.objects.get_or_create(provider=provider, base_model=base_model)
    return new


def is_asked(provider: str, base_model: str) -> bool:
    """Whether a base waits to be measured, or is being measured now."""
    waiting = Speed.objects.waiting()
    return waiting.filter(provider=provider, base_model=base_model).exists()


def of(provider: str, base_model: str) -> Speed | None:
    """The measurement of a base, done or not; ``None`` where nobody asked for one."""
    return Speed.objects.filter(provider=provider, base_model=base_model).first()


def go_on() -> str:
    """Order, or ask about, each measurement that is due; say what came of it."""
    due = Speed.objects.all().claim(limit=5, seconds=CLAIM_SECONDS)
    return "; ".join(f"{speed}: {_step(speed)}" for speed in due) or "nothing to do"


def _step(speed: Speed) -> str:
    trainings = FineTuningJob.objects.filter(provider=speed.provider)
    if trainings.live().exists():
        speed.put_back()  # people's come first
        return "later"
    if trainings.filter(base_model=speed.base_model, status=JobStatus.SUCCEEDED).exists():
        speed.finish()
        return "known by a training"
    try:
        job = _job(speed)
        if job.status == "succeeded":
            return _keep(speed, job)
    except ModelUnavailable as error:
        logger.warning("The speed of %s is not measured yet: %s", speed, error)
        speed.put_back()
        return "the provider is away"
    except Refusal as refusal:
        speed.fail(remote.flat_refusal(refusal))
        return "refused"
    if job.status in ("failed", "cancelled"):
        speed.fail(job.error or job.status)
        return job.status
    speed.put_back()
    return "under way"


def _job(speed: Speed) -> remote.RemoteJob:
    """The measurement at its provider, ordered if it is not there."""
    found = remote.find_jobs(speed.provider, speed.run_key)
    if found:
        return found[0]
    known = remote.find_file(speed.provider, name=FILE, content=CONTENT)
    order = remote.JobOrder(
        base_model=speed.base_model,
        training_file=known or remote.upload(speed.provider, name=FILE, content=CONTENT),
        validation_file="",
        run_key=speed.run_key,
        dataset_sha256=hashlib.sha256(CONTENT).hexdigest(),
        suffix="medida",
        epochs=1,
        parameters={"batch_size": BATCH, "max_steps": STEPS},
    )
    return remote.create_job(speed.provider, order)


def _keep(speed: Speed, job: remote.RemoteJob) -> str:
    pages = remote.event_pages(speed.provider, job.id)
    events = sorted(chain.from_iterable(pages), key=lambda it: it.at)
    texts = chain.from_iterable((SYSTEM, *pair) for pair in PAIRS)
    training, whole = _seconds(events)
    speed.seconds_per_token = training / token_count(texts)
    speed.startup_seconds = whole - training
    peaks = [it.data["peak_memory_mb"] for it in events if it.data.get("peak_memory_mb")]
    speed.memory_mb = max(map(round, peaks), default=None)
    speed.save(update_fields=["seconds_per_token", "startup_seconds", "memory_mb"])
    speed.finish()
    _tidy(speed.provider, job)
    return "measured"


def _seconds(events: Sequence[remote.RemoteEvent]) -> tuple[float, float]:
    """How long the steps took, and the whole; at least the second that events are told by."""
    begun = [it.at for it in events if it.data.get("step") == 0] or [events[0].at]
    last = max((it.data.get("step", 0) for it in events), default=0)
    done = [it.at for it in events if it.data.get("step", 0) == last]
    training = max((done[0] - begun[-1]).total_seconds(), 1.0)
    return training, max((events[-1].at - events[0].at).total_seconds(), training)


def _tidy(provider: str, job: remote.RemoteJob) -> None:
    """Take the model away again, which nobody is to use."""
    try:
        remote.delete_model(provider, job.trained_model)
    except Refusal as refusal:
        logger.warning("The model of a measurement stays at %s: %s", provider, refusal)
