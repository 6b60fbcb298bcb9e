"""The body of a request for a fine-tuning job, checked. Pure: JSON in, values or a refusal out."""

import secrets
from dataclasses import dataclass
from typing import Any, Literal

from modelserver.errors import ApiError
from modelserver.lora_options import InvalidOption, lora_options, step_limit

HIGHEST_BETA = 2
MethodName = Literal["supervised", "dpo"]
METHODS: tuple[MethodName, ...] = ("supervised", "dpo")
_LARGEST_SEED = 2**31 - 1
_KNOWN = frozenset(
    {"model", "training_file", "validation_file", "method", "hyperparameters", "seed", "suffix"}
    | {"metadata", "integrations"}
)


@dataclass(frozen=True)
class JobRequest:
    """What somebody wants trained. ``hyperparameters`` are numbers, or ``auto`` where left open."""

    model: str
    training_file: str
    validation_file: str | None
    method: MethodName
    hyperparameters: dict[str, Any]
    seed: int
    suffix: str
    metadata: dict[str, str] | None


def parse(body: dict[str, Any]) -> JobRequest:
    """Read a request's body; raises ``ApiError`` (400) with the parameter at fault."""
    for name in body.keys() - _KNOWN:
        raise ApiError(400, f"Unrecognized request argument supplied: {name}", param=name)
    if body.get("integrations"):
        raise ApiError(400, "Integrations are not offered here.", param="integrations")
    method = _method(body)
    return JobRequest(
        model=_text(body, "model"),
        training_file=_text(body, "training_file"),
        validation_file=_text(body, "validation_file") if body.get("validation_file") else None,
        method=method,
        hyperparameters=_hyperparameters(body, method),
        seed=_seed(body.get("seed")),
        suffix=_suffix(body.get("suffix")),
        metadata=_metadata(body.get("metadata")),
    )


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise ApiError(400, f"{name} must be a text that is not empty.", param=name)
    return value


def _method(body: dict[str, Any]) -> MethodName:
    method = body.get("method") or {"type": METHODS[0]}
    for name in METHODS:
        if isinstance(method, dict) and method.get("type") == name:
            return name
    raise ApiError(400, f"method.type must be one of: {', '.join(METHODS)}.", param="method")


def _hyperparameters(body: dict[str, Any], method: MethodName) -> dict[str, Any]:
    """Those of the method, or the older top-level ones."""
    chosen = (body.get("method") or {}).get(method) or {}
    if not isinstance(chosen, dict):
        raise ApiError(400, f"method.{method} must be an object.", param="method")
    given = chosen.get("hyperparameters") or body.get("hyperparameters") or {}
    if not isinstance(given, dict):
        raise ApiError(400, "hyperparameters must be an object.", param="hyperparameters")
    found = {
        "n_epochs": _between(given, "n_epochs", 1, 50),
        "batch_size": _between(given, "batch_size", 1, 256),
        "learning_rate_multiplier": _above_0(given, "learning_rate_multiplier", 100),
    }
    if method == "dpo":
        found["beta"] = _above_0(given, "beta", HIGHEST_BETA)
    for name in given.keys() - found.keys():
        raise ApiError(400, f"{method} has no hyperparameter {name}.", param=name)
    return found


def _between(given: dict[str, Any], name: str, lowest: int, highest: int) -> Any:
    value = given.get(name, "auto")
    if value in ("auto", None):
        return "auto"
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
        raise ApiError(
            400, f'{name} must be "auto" or a whole number from {lowest} to {highest}.', param=name
        )
    return value


def _above_0(given: dict[str, Any], name: str, highest: int) -> Any:
    value = given.get(name, "auto")
    if value in ("auto", None):
        return "auto"
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= highest:
        raise ApiError(
            400, f'{name} must be "auto" or a number above 0, up to {highest}.', param=name
        )
    return float(value)


def _seed(value: Any) -> int:
    if value is None:
        return secrets.randbelow(_LARGEST_SEED)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST_SEED:
        raise ApiError(400, f"seed must be a number from 0 to {_LARGEST_SEED}.", param="seed")
    return value


def _suffix(value: Any) -> str:
    if value in (None, ""):
        return ""
    if not isinstance(value, str) or len(value) > 64:
        raise ApiError(400, "suffix must be a text of at most 64 characters.", param="suffix")
    return "".join(it if it.isascii() and it.isalnum() else "-" for it in value.lower())


def _metadata(value: Any) -> dict[str, str] | None:
    if value is None:
        return None
    if not isinstance(value, dict) or len(value) > 16:
        raise ApiError(400, "metadata must be an object of at most 16 pairs.", param="metadata")
    for key, text in value.items():
        if not isinstance(text, str) or len(key) > 64 or len(text) > 512:
            raise ApiError(
                400, "metadata has keys up to 64 and texts up to 512 characters.", param="metadata"
            )
    try:
        step_limit(value)
        lora_options(value)
    except InvalidOption as fault:
        raise ApiError(400, str(fault), param="metadata") from fault
    return value
