"""Keeping a reading beside the earlier ones."""

from dataclasses import asdict

from django.db.models import Max

from conversations.labelling.reading import Reading
from conversations.models import Conversation, Label


def write(row: Conversation, reading: Reading, *, by: str = "") -> Label:
    """Keep ``reading`` as the current label of ``row``, the earlier ones behind it.

    ``by`` is the person who read it, empty for the machine. Call it in a transaction that holds
    the lock of ``row``: labels are numbered.
    """
    row.labels.filter(current=True).update(current=False)
    last = row.labels.aggregate(last=Max("number"))["last"] or 0
    return row.labels.create(number=last + 1, by=by, qa_passed=reading.qa_passed, **asdict(reading))
