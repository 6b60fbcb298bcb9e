"""Datasets, jobs, models, evaluation and the gate, as staff see them."""

from finetune.admin import (  # noqa: F401  (each registers its page)
    automatic,
    datasets,
    evaluations,
    exports,
    jobs,
    models,
    money,
    questions,
    requests,
)
