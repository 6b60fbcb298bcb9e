"""A training in front of somebody: followed to its end, each event said once."""

import time
from collections.abc import Callable

from core.errors import Refusal
from finetune import polling, training
from finetune.models import FineTuningJob, JobStatus

SECONDS_BETWEEN_LOOKS = 2.0


def follow(job: FineTuningJob, say: Callable[[str], None]) -> None:
    """Submit the job if the queue has not, and look until it ends.

    Raises :class:`Refusal` when it ends without a model.
    """
    training.submit(job)
    said = 0
    while True:
        polling.ask(job)
        job.refresh_from_db()
        messages = list(job.events.values_list("message", flat=True))
        for message in messages[said:]:
            say(f"  {message}")
        said = len(messages)
        if not job.is_live:
            break
        time.sleep(SECONDS_BETWEEN_LOOKS)
    if job.status != JobStatus.SUCCEEDED:
        raise Refusal(f"El entrenamiento terminó {job.status}: {job.error}")
