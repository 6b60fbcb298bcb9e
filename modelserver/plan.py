"""How long a training is. Pure arithmetic, after OpenAI's published defaults."""

from dataclasses import dataclass
from math import ceil
from typing import Literal

FEWEST_SHOWN = 100  # OpenAI's default shows the model at least this many examples in all,
MOST_SHOWN = 25_000  # and at most so many,
USUAL_EPOCHS, MOST_EPOCHS = 3, 25  # in three rounds where that fits between the two.
USUAL_BATCH = 4  # what fits a small machine's memory

Auto = Literal["auto"]


@dataclass(frozen=True)
class Plan:
    """The rounds, the examples a step, and the steps: asked for and allowed."""

    epochs: int
    batch_size: int
    wanted_steps: int
    steps: int

    @property
    def shortened(self) -> bool:
        """Whether the limit allows less than was asked for."""
        return self.steps < self.wanted_steps


def default_epochs(examples: int) -> int:
    """OpenAI's number of epochs for a file of that size, when the request leaves it open."""
    if examples * USUAL_EPOCHS < FEWEST_SHOWN:
        return min(MOST_EPOCHS, ceil(FEWEST_SHOWN / examples))
    if examples * USUAL_EPOCHS > MOST_SHOWN:
        return max(1, MOST_SHOWN // examples)
    return USUAL_EPOCHS


def make_plan(
    examples: int, *, epochs: int | Auto, batch_size: int | Auto, limit: int | None
) -> Plan:
    """The plan for that many examples; ``limit`` is the most steps allowed, ``None`` for any."""
    rounds = default_epochs(examples) if epochs == "auto" else epochs
    batch = min(examples, USUAL_BATCH if batch_size == "auto" else batch_size)
    wanted = rounds * ceil(examples / batch)
    return Plan(rounds, batch, wanted, wanted if limit is None else min(wanted, limit))
