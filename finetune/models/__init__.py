"""What is learned: datasets, jobs, trained models, their evaluation and activation."""

from finetune.models.datasets import Dataset, DatasetItem, EvaluationQuestion, Part, ProviderFile
from finetune.models.evaluations import Evaluation, EvaluationItem, Variant
from finetune.models.jobs import ENDED, LIVE, FineTuningJob, JobEvent, JobQuerySet, JobStatus, Step
from finetune.models.trained import Activation, TrainedModel

__all__ = [
    "ENDED",
    "LIVE",
    "Activation",
    "Dataset",
    "DatasetItem",
    "Evaluation",
    "EvaluationItem",
    "EvaluationQuestion",
    "FineTuningJob",
    "JobEvent",
    "JobQuerySet",
    "JobStatus",
    "Part",
    "ProviderFile",
    "Step",
    "TrainedModel",
    "Variant",
]
