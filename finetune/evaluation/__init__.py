"""Whether training helped: base, examples, model in service and candidate sit the same exam."""

from finetune.evaluation.exam import Exam, Question, exam_of, in_service, stale_because
from finetune.evaluation.results import losses_of
from finetune.evaluation.running import begin, evaluate, go_on
from finetune.evaluation.sitting import VARIANTS, Answered, Answerer, Progress
from finetune.evaluation.verdict import Decision, decide

__all__ = [
    "VARIANTS",
    "Answered",
    "Answerer",
    "Decision",
    "Exam",
    "Progress",
    "Question",
    "begin",
    "decide",
    "evaluate",
    "exam_of",
    "go_on",
    "in_service",
    "losses_of",
    "stale_because",
]
