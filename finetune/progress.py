"""What a provider says about a job, in the words of the product. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

PENDING, RUNNING = "pending", "running"
ENDED = frozenset({"succeeded", "failed", "cancelled"})
ALMOST = 99.0
_NOT_STARTED = frozenset({"validating_files", "validating", "queued", "pending", "submitting"})


def status_of(word: str, *, trained_model: str = "") -> str:
    """Our status for the provider's ``word`` (requirements, D22).

    A word nobody has heard of means that the job goes on, and so does a success that does not
    name its model yet.

    >>> [status_of(it) for it in ("validating_files", "pausing", "foo", "cancelled", "succeeded")]
    ['pending', 'running', 'running', 'cancelled', 'running']
    """
    if word in _NOT_STARTED:
        return PENDING
    if word == "succeeded" and not trained_model:
        return RUNNING
    return word if word in ENDED else RUNNING


def percentage(figures: Iterable[Mapping[str, Any]]) -> float | None:
    """How far a training is, by the furthest of its reported steps; ``None`` while none says.

    Never quite 100: after its last step a provider measures and keeps the model.
    """
    shares = [
        100 * data["step"] / data["total_steps"]
        for data in figures
        if data.get("step") is not None and data.get("total_steps")
    ]
    return round(min(max(shares), ALMOST), 1) if shares else None


def held_out_losses(figures: Iterable[Mapping[str, Any]]) -> tuple[float, float] | None:
    """The loss on the held-out part before training and at its end; ``None`` without the two.

    ``figures`` in the order of the steps. The first is of step 0 where the provider measures it,
    else the earliest there is. Losses over the whole part go before those over a sample of it,
    and the two kinds are never compared with each other.
    """
    rows = list(figures)
    for key in ("full_valid_loss", "valid_loss"):
        measured = [data[key] for data in rows if data.get(key) is not None]
        if len(measured) > 1:
            return measured[0], measured[-1]
    return None
