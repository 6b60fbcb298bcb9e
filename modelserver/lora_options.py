"""The shape of an adapter, out of a job's metadata. Pure: texts in, values or a refusal out.

OpenAI's API has no words for it, and a client's ``metadata`` reaches any server unchanged. The keys
are ``lora_rank``, ``lora_alpha``, ``lora_dropout`` and ``lora_targets``, a comma-separated list of
the names of linear layers (``q_proj,v_proj``) or ``all-linear``; ``max_steps`` limits the training.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

MAX_STEPS_KEY = "max_steps"
RANK_KEY, ALPHA_KEY, DROPOUT_KEY = "lora_rank", "lora_alpha", "lora_dropout"
TARGETS_KEY = "lora_targets"
EVERY_LINEAR = "all-linear"
HIGHEST_RANK = 256
HIGHEST_ALPHA = 1024
HIGHEST_DROPOUT = 0.5
_LAYER = re.compile(r"[A-Za-z_][\w.]*")


class InvalidOption(ValueError):
    """A key of the metadata that says what cannot be; the message names it."""


@dataclass(frozen=True)
class LoraOptions:
    """What peft is asked for; an alpha of twice the rank is the usual choice."""

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.0
    targets: str = EVERY_LINEAR

    @property
    def target_modules(self) -> str | list[str]:
        """The targets as peft takes them."""
        return self.targets if self.targets == EVERY_LINEAR else self.targets.split(",")


def lora_options(metadata: Mapping[str, str] | None) -> LoraOptions:
    """The options a job's metadata name; raises ``InvalidOption``."""
    given = metadata or {}
    rank = _whole(given, RANK_KEY, LoraOptions.rank, highest=HIGHEST_RANK)
    return LoraOptions(
        rank=rank,
        alpha=_whole(given, ALPHA_KEY, 2 * rank, highest=HIGHEST_ALPHA),
        dropout=_dropout(given.get(DROPOUT_KEY)),
        targets=_targets(given.get(TARGETS_KEY)),
    )


def step_limit(metadata: Mapping[str, str] | None) -> int | None:
    """The most steps that the metadata allow, where they say so; raises ``InvalidOption``."""
    given = metadata or {}
    return _whole(given, MAX_STEPS_KEY, 1) if MAX_STEPS_KEY in given else None


def _whole(given: Mapping[str, str], key: str, default: int, *, highest: int = 10_000_000) -> int:
    text = given.get(key, str(default))
    if not text.isdecimal() or not 1 <= int(text) <= highest:
        raise _refusal(key, f"a whole number from 1 to {highest}")
    return int(text)


def _dropout(text: str | None) -> float:
    if text is None:
        return LoraOptions.dropout
    if not re.fullmatch(r"0(\.\d+)?", text) or float(text) > HIGHEST_DROPOUT:
        raise _refusal(DROPOUT_KEY, f"a number from 0 to {HIGHEST_DROPOUT}")
    return float(text)


def _targets(text: str | None) -> str:
    if text is None or text == EVERY_LINEAR:
        return EVERY_LINEAR
    names = [it.strip() for it in text.split(",")]
    if not all(map(_LAYER.fullmatch, names)):
        raise _refusal(TARGETS_KEY, f"{EVERY_LINEAR} or names of layers with commas between")
    return ",".join(names)


def _refusal(key: str, wanted: str) -> InvalidOption:
    return InvalidOption(f"metadata.{key} must be {wanted}.")
