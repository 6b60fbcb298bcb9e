"""Work of this room that the queue does: keys in, a verb called, a sentence out."""

from conversations import embedding
from core.errors import ModelRefused, ModelUnavailable


def embed_waiting() -> str:
    """Give each exchange that has none its vector. A second delivery finds nothing to do.

    Without an embedder the exchanges wait for the next minute's task.
    """
    try:
        return f"{embedding.fill(limit=2000)} embedded"
    except (ModelUnavailable, ModelRefused) as error:
        return f"later: {error}"
