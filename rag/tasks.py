"""What the queue runs: keys in, a sentence out. Each may run twice, or find its row gone."""

from core.errors import Refusal
from rag import indexing, measuring, spaces


def process_documents() -> str:
    """Read and index the documents that wait, as much as fits into a minute."""
    return indexing.process_waiting()


def build_vectors() -> str:
    """Bring the vectors of documents a step nearer to the embedder of the settings."""
    try:
        return spaces.go_on()
    except Refusal as error:
        return f"later: {error}"


def measure_searches() -> str:
    """Measure the searches of the domains in which something changed that they depend on."""
    try:
        return f"{measuring.measure_changed()} measured"
    except Refusal as error:
        return f"later: {error}"
