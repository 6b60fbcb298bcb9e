"""Work of this room that the queue does: keys in, a verb called, a sentence out."""

from conversations import embedding


def embed_waiting() -> str:
    """Give each exchange that has none its vector. A second delivery finds nothing to do."""
    return f"{embedding.fill(limit=2000)} embedded"
