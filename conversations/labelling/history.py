"""How right earlier labels were, by what reviewers made of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from conversations import calibration
from conversations.calibration import Calibration, Outcome
from conversations.models import Label

REVIEWS = 1000  # the newest ones: what a labeller was long ago counts no more
INTENT, OVERALL = "intent", "overall"


def calibrations(reviewed: Iterable[Label], names: Sequence[str]) -> dict[str, Calibration]:
    """A curve for each of ``names`` (intent, fields) and one for the whole label.

    ``reviewed`` are a domain's newest labels that a person wrote or approved: an approved one
    of the machine was right, and one that a person rewrote was right where both agree.
    """
    outcomes: dict[str, list[Outcome]] = defaultdict(list)
    for label, truth in _pairs(list(reviewed)):
        right = {name: _part(label, name) == _part(truth, name) for name in names}
        right[OVERALL] = all(right.values())
        for name, was_right in right.items():
            if name in label.raw:
                outcomes[name].append((label.raw[name], was_right))
    return {name: calibration.fit(outcomes[name]) for name in (*names, OVERALL)}


def _pairs(reviewed: Sequence[Label]) -> Iterator[tuple[Label, Label]]:
    """The machine's labels that were reviewed, each with what was true."""
    written = {it.conversation_id: it for it in reviewed if it.by}
    yield from ((it, it) for it in reviewed if not it.by)
    machine = Label.objects.filter(conversation__in=written, by="").order_by("number")
    last = {it.conversation_id: it for it in machine}  # later numbers take the earlier one's place
    yield from ((label, written[pk]) for pk, label in last.items())


def _part(label: Label, name: str) -> object:
    return label.intent if name == INTENT else label.fields.get(name)
