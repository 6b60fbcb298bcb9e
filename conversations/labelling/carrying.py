"""A label outlives a change of the texts that it was read in."""

from collections.abc import Mapping
from dataclasses import replace

from conversations.catalogue import Catalogue
from conversations.entities import Value
from conversations.labelling.reading import by_hand
from conversations.labelling.writing import write
from conversations.models import Conversation, Label


def carry_over(row: Conversation, *, fields: Mapping[str, Value] | None = None) -> Label | None:
    """Check what was read in the earlier texts of ``row`` against those of now.

    The new label says the same (or ``fields``), as sure as before; where things stand in the
    question, and what QA says, is found again. ``None`` for a row that nobody has read. Call it
    in a transaction that holds the row's lock.
    """
    label = row.labels.filter(current=True).first()
    if label is None:
        return None
    catalogue = Catalogue.of(row.domain)
    said = label.fields if fields is None else fields
    checked = by_hand(row, intent=label.intent, fields=said, catalogue=catalogue)
    as_sure_as_before = replace(
        checked,
        confidences=label.confidences,
        confidence=label.confidence,
        raw=label.raw,
        sources=label.sources,
        labeller=label.labeller,
    )
    return write(row, as_sure_as_before, by=label.by)
