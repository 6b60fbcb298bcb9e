"""What the queue runs: keys in, a sentence out. Each may run twice, or find its row gone."""

from rag import indexing


def process_documents() -> str:
    """Read and index the documents that wait, as much as fits into a minute."""
    return indexing.process_waiting()
