"""Which trained model answers in a domain: at most one, with its history."""

from finetune.activation.asking import (
    SecondPersonNeeded,
    activate,
    approve,
    decline,
    model_named,
)
from finetune.activation.returning import before, fall_back, is_gone, roll_back
from finetune.activation.switch import active, deactivate

__all__ = [
    "SecondPersonNeeded",
    "activate",
    "active",
    "approve",
    "before",
    "deactivate",
    "decline",
    "fall_back",
    "is_gone",
    "model_named",
    "roll_back",
]
