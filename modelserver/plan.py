"""How long a training is. Pure arithmetic, after OpenAI's published defaults."""

from dataclasses import dataclass
from math import ceil
from typing import Literal

FEWEST_SHOWN = 100  # OpenAI's default shows the model at least this many examples in all,
MOST_SHOWN = 25_000  # and at most so many,
USUAL_EPOCHS, MOST_EPOCHS = 3, 25  # in three rounds where that fits between the two.
BATCH_SHARE, FEWEST_IN_BATCH, MOST_IN_BATCH = 0.002, 4, 256  # OpenAI's share and its most;
# the fewest are ours: for a short file OpenAI takes one, which on a small machine costs more steps.

Auto = Literal["auto"]


@dataclass(frozen=True)
class Plan:
    """The rounds, the examples a step, and the steps: asked for and allowed."""

    epochs: int
    batch_size: int
    wanted_steps: int
    steps: int

    @property
    def steps_an_epoch(self) -> int:
        """After how many steps every example was shown once more."""
        return self.wanted_steps // self.epochs

    def checkpoints(self, *, most: int) -> list[int]:
        """The last steps of the last epochs, at most so many; the training's end comes last."""
        ends = range(self.steps_an_epoch, self.steps, self.steps_an_epoch)
        return [*ends, self.steps][-most:]

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


def default_batch(examples: int) -> int:
    """The examples a step for a file of that size, when the request leaves it open."""
    return min(MOST_IN_BATCH, max(FEWEST_IN_BATCH, round(examples * BATCH_SHARE)))


def make_plan(
    examples: int, *, epochs: int | Auto, batch_size: int | Auto, limit: int | None
) -> Plan:
    """The plan for that many examples; ``limit`` is the most steps allowed, ``None`` for any."""
    rounds = default_epochs(examples) if epochs == "auto" else epochs
    batch = min(examples, default_batch(examples) if batch_size == "auto" else batch_size)
    wanted = rounds * ceil(examples / batch)
    return Plan(rounds, batch, wanted, wanted if limit is None else min(wanted, limit))
