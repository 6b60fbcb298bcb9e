"""What lies beside the lines of an export: what they are, and how others train on them."""

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from finetune import datasets
from finetune.formats.modelfile import untrained
from finetune.formats.trainers import SETTINGS, Training
from finetune.models import Dataset, Part

SHOWN = 20  # exchanges that a stock model is shown: each takes room from the conversation


def companions(dataset: Dataset) -> dict[str, str]:
    """The texts of the files, by name."""
    training = Training(
        name=f"{dataset.domain.slug}_v{dataset.number}".replace("-", "_"),
        base_model=dataset.domain.base_model,
        has_valid=dataset.items.filter(part=Part.VALID).exists(),
    )
    return {
        "manifest.json": _json(datasets.manifest(dataset)),
        "card.json": _json(datasets.card(dataset)),
        "Modelfile": modelfile(dataset),
        **{name: write(training) for name, write in SETTINGS.items()},
    }


def modelfile(dataset: Dataset) -> str:
    """A stock model with the domain's instructions and its first examples (R178)."""
    domain = dataset.domain
    first = dataset.items.filter(part=Part.TRAIN, erased_at=None).order_by("position")[:SHOWN]
    return untrained(
        system=domain.texts.get("modelfile_system") or dataset.prompt.bare,
        examples=list(first.values_list("question", "answer")),
        parameters={
            "temperature": domain.temperature,
            "top_p": domain.top_p,
            "top_k": domain.top_k,
        },
    )


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, cls=DjangoJSONEncoder) + "\n"
