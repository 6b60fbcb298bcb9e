"""Datasets, jobs, models and evaluation, as staff see them."""

from finetune.admin import datasets, jobs, models, questions  # noqa: F401  (each registers its page)
