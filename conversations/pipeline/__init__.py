"""From captured to its outcome: screen, label, check, and say who decides what is left.

Outcomes exclude each other (requirements, head): what is sure and possible is approved, sure and
impossible is rejected, and whatever is not sure waits for a reviewer.
"""

from conversations.pipeline.outcomes import settle
from conversations.pipeline.processing import Results, process
from conversations.pipeline.readers import read

__all__ = ["Results", "process", "read", "settle"]
