"""Work of this room that the queue does: keys in, a verb called, a sentence out."""

from conversations import embedding, erasure, pipeline
from conversations.models import Erasure
from core.errors import ModelRefused, ModelUnavailable

SECONDS = 45  # a task comes every minute, and others want the queue too
MOST = 100_000  # more than fits into that time


def embed_waiting() -> str:
    """Give each exchange that has none its vector. A second delivery finds nothing to do.

    Without an embedder the exchanges wait for the next minute's task.
    """
    try:
        return f"{embedding.fill(limit=2000)} embedded"
    except (ModelUnavailable, ModelRefused) as error:
        return f"later: {error}"


def erase_person(pk: int) -> str:
    """Forget one person who withdrew; a second delivery finds nothing to do."""
    return erasure.forget_due(Erasure.objects.filter(pk=pk))


def erase_waiting() -> str:
    """Forget those whose bell was not heard, or whose erasure failed."""
    return erasure.forget_due(Erasure.objects.all())


def process_waiting() -> str:
    """Bring what waits to its end, as much as fits into a minute; the next minute takes the rest.

    Several may run at once: each takes what no other has.
    """
    results = pipeline.process(max_items=MOST, seconds=SECONDS)
    return f"{results.processed + results.screened_out} processed, {results.errors} failed"
