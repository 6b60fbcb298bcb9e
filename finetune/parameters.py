"""What a training may be told besides its data: checked, and as one fingerprint. Pure.

The adapter's shape travels in the job's metadata, which reaches any server unchanged; the rest has
words of its own in OpenAI's API.
"""

import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from core.errors import Invalid

EPOCHS = range(1, 51)
SEEDS = range(2**31)
BATCHES = range(1, 257)
HIGHEST_BETA = 2
_LAYERS = re.compile(r"all-linear|[A-Za-z_][\w.]*(,[A-Za-z_][\w.]*)*")

Check = Callable[[Any], bool]


def _whole(allowed: range) -> Check:
    return lambda it: isinstance(it, int) and not isinstance(it, bool) and it in allowed


def _number(it: Any) -> bool:
    return isinstance(it, int | float) and not isinstance(it, bool) and math.isfinite(it)


ADAPTER: dict[str, tuple[Check, str]] = {
    "lora_rank": (_whole(range(1, 257)), "Un número entero de 1 a 256."),
    "lora_alpha": (_whole(range(1, 1025)), "Un número entero de 1 a 1024."),
    "lora_dropout": (lambda it: _number(it) and 0 <= it <= 0.5, "Un número de 0 a 0,5."),
    "lora_targets": (
        lambda it: isinstance(it, str) and len(it) <= 512 and bool(_LAYERS.fullmatch(it)),
        "«all-linear», o nombres de capas separados por comas.",
    ),
    "max_steps": (_whole(range(1, 10_000_001)), "Un número entero, 1 o más."),
}
"""Names in the job's metadata -> what is accepted, and what to say otherwise."""

OTHERS: dict[str, tuple[Check, str]] = {
    "seed": (_whole(SEEDS), "Un número entero de 0 a 2147483647."),
    "batch_size": (_whole(BATCHES), "Un número entero de 1 a 256."),
}
PREFERENCE: dict[str, tuple[Check, str]] = {
    "beta": (lambda it: _number(it) and 0 < it <= HIGHEST_BETA, "Un número mayor que 0, hasta 2.")
}


def refuse_bad(
    epochs: int | None, learning_rate: float | None, parameters: Mapping[str, Any], *, dpo: bool
) -> None:
    """Raise :class:`Invalid`, with each field at fault, for what no provider would take."""
    wrong: dict[str, Any] = {}
    if epochs is not None and epochs not in EPOCHS:
        wrong["epochs"] = ["Un número de 1 a 50."]
    if learning_rate is not None and not (learning_rate > 0 and math.isfinite(learning_rate)):
        wrong["learning_rate"] = ["Un número mayor que cero."]
    known = ADAPTER | OTHERS | (PREFERENCE if dpo else {})
    for name, value in parameters.items():
        accepts, otherwise = known.get(name, (lambda _: False, "No existe ese parámetro."))
        if not accepts(value):
            wrong[name] = [otherwise]
    if wrong:
        raise Invalid("Hay campos que no son válidos.", **wrong)


def fingerprint(
    epochs: int | None, learning_rate: float | None, parameters: Mapping[str, Any]
) -> str:
    """SHA-256 of the canonical JSON of the three: the same training has the same one.

    >>> fingerprint(2, 1, {"seed": 1, "lora_rank": 8}) == fingerprint(
    ...     2, 1.0, {"lora_rank": 8, "seed": 1}
    ... )
    True
    """
    rate = None if learning_rate is None else float(learning_rate)
    chosen = {"epochs": epochs, "learning_rate": rate, "parameters": dict(parameters)}
    text = json.dumps(chosen, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def metadata(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Those that travel in a job's metadata, as the texts that it holds."""
    return {name: str(parameters[name]) for name in ADAPTER if name in parameters}
