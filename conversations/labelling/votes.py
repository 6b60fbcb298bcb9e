"""What each labeller says of a field, and what follows when they agree or not. Values only."""

from collections.abc import Iterable
from math import prod
from typing import NamedTuple

from conversations.entities import Value


class Vote(NamedTuple):
    """A labeller (model, rules, examples), what it says, and how often it is right."""

    source: str
    value: Value
    trust: float


class Verdict(NamedTuple):
    """The value that won, how sure that is, and who said it first."""

    value: Value
    confidence: float
    source: str


def decide(votes: Iterable[Vote]) -> Verdict:
    """The likeliest value if the labellers are witnesses who err independently.

    A value's weight is the product over all votes of the trust, where it is what was said, or of
    what the trust lacks to 1, where it is not; "something else" is always a candidate. So two
    that agree are surer than either, and two that differ leave half a doubt. That witnesses seldom
    are independent is what calibration takes back.

    >>> rules, examples = Vote("rules", "HLSO", 0.8), Vote("examples", "HLSO", 0.8)
    >>> round(decide([rules, examples]).confidence, 2)
    0.94
    >>> round(decide([rules, examples._replace(value=None)]).confidence, 2)
    0.44
    """
    said = list(votes)
    if not said:
        return Verdict(None, 0.0, "")
    candidates = list(dict.fromkeys(it.value for it in said))
    weights = {value: _weight(said, value) for value in candidates}
    total = sum(weights.values()) + prod(1 - it.trust for it in said)
    best = max(candidates, key=lambda value: weights[value])
    source = max((it for it in said if it.value == best), key=lambda it: it.trust).source
    return Verdict(best, weights[best] / total if total else 0.0, source)


def _weight(said: list[Vote], value: Value) -> float:
    return prod(it.trust if it.value == value else 1 - it.trust for it in said)
