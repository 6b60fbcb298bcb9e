"""What is learned: datasets, jobs, money, trained models, their evaluation and activation."""

from finetune.models.datasets import (
    Dataset,
    DatasetItem,
    DatasetReview,
    EvaluationQuestion,
    Export,
    FileRemoval,
    Method,
    Part,
    ProviderFile,
    QuestionKind,
    Source,
)
from finetune.models.evaluations import (
    BlindVote,
    Evaluating,
    Evaluation,
    EvaluationItem,
    Variant,
)
from finetune.models.jobs import (
    ENDED,
    LIVE,
    FineTuningJob,
    JobEvent,
    JobQuerySet,
    JobStatus,
    ProviderNotice,
    Step,
)
from finetune.models.money import AutoTraining, Budget, Price
from finetune.models.pauses import ProviderPause
from finetune.models.speeds import Speed
from finetune.models.trained import (
    Activation,
    ActivationRequest,
    Deployment,
    Target,
    TrainedModel,
    Verdict,
)

__all__ = [
    "ENDED",
    "LIVE",
    "Activation",
    "ActivationRequest",
    "AutoTraining",
    "BlindVote",
    "Budget",
    "Dataset",
    "DatasetItem",
    "DatasetReview",
    "Deployment",
    "Evaluating",
    "Evaluation",
    "EvaluationItem",
    "EvaluationQuestion",
    "Export",
    "FileRemoval",
    "FineTuningJob",
    "JobEvent",
    "JobQuerySet",
    "JobStatus",
    "Method",
    "Part",
    "Price",
    "ProviderFile",
    "ProviderNotice",
    "ProviderPause",
    "QuestionKind",
    "Source",
    "Speed",
    "Step",
    "Target",
    "TrainedModel",
    "Variant",
    "Verdict",
]
