"""The body of a request for a fine-tuning job, checked. Pure: JSON in, values or a refusal out."""

import secrets
from dataclasses import dataclass
from typing import Any

from openai.types.fine_tuning import SupervisedHyperparameters

from modelserver.errors import ApiError

MAX_STEPS_KEY = "max_steps"
_LARGEST_SEED = 2**31 - 1
_KNOWN = frozenset(
    {"model", "training_file", "validation_file", "method", "hyperparameters", "seed", "suffix"}
    | {"metadata", "integrations"}
)


@dataclass(frozen=True)
class JobRequest:
    """What somebody wants trained."""

    model: str
    training_file: str
    validation_file: str | None
    hyperparameters: SupervisedHyperparameters
    seed: int
    suffix: str
    metadata: dict[str, str] | None


def parse(body: dict[str, Any]) -> JobRequest:
    """Read a request's body; raises ``ApiError`` (400) with the parameter at fault."""
    for name in body.keys() - _KNOWN:
        raise ApiError(400, f"Unrecognized request argument supplied: {name}", param=name)
    if body.get("integrations"):
        raise ApiError(400, "Integrations are not offered here.", param="integrations")
    return JobRequest(
        model=_text(body, "model"),
        training_file=_text(body, "training_file"),
        validation_file=_text(body, "validation_file") if body.get("validation_file") else None,
        hyperparameters=_hyperparameters(body),
        seed=_seed(body.get("seed")),
        suffix=_suffix(body.get("suffix")),
        metadata=_metadata(body.get("metadata")),
    )


def step_limit(metadata: dict[str, str] | None) -> int | None:
    """The most steps that the metadata of a job allow, where they say so."""
    text = (metadata or {}).get(MAX_STEPS_KEY)
    return int(text) if text else None


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise ApiError(400, f"{name} must be a text that is not empty.", param=name)
    return value


def _hyperparameters(body: dict[str, Any]) -> SupervisedHyperparameters:
    """Those of ``method.supervised``, or the older top-level ones."""
    method = body.get("method") or {"type": "supervised"}
    if not isinstance(method, dict) or method.get("type") != "supervised":
        raise ApiError(400, "Only the method supervised is offered here.", param="method")
    given = (method.get("supervised") or {}).get("hyperparameters") or body.get("hyperparameters")
    given = given or {}
    if not isinstance(given, dict):
        raise ApiError(400, "hyperparameters must be an object.", param="hyperparameters")
    return SupervisedHyperparameters(
        n_epochs=_between(given, "n_epochs", 1, 50),
        batch_size=_between(given, "batch_size", 1, 256),
        learning_rate_multiplier=_multiplier(given.get("learning_rate_multiplier", "auto")),
    )


def _between(given: dict[str, Any], name: str, lowest: int, highest: int) -> Any:
    value = given.get(name, "auto")
    if value in ("auto", None):
        return "auto"
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
        raise ApiError(
            400, f'{name} must be "auto" or a whole number from {lowest} to {highest}.', param=name
        )
    return value


def _multiplier(value: Any) -> Any:
    if value in ("auto", None):
        return "auto"
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 100:
        name = "learning_rate_multiplier"
        raise ApiError(400, f'{name} must be "auto" or a number above 0, up to 100.', param=name)
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
    steps = value.get(MAX_STEPS_KEY)
    if steps is not None and not (steps.isdecimal() and int(steps) >= 1):
        raise ApiError(400, "metadata.max_steps must be a whole number.", param="metadata")
    return value
