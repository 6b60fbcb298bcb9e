"""Dataset versions: made of what curation keeps, never changed, at each provider once."""

from finetune.datasets.checking import (
    LeakFound,
    refuse_erased,
    refuse_unlike,
    refuse_withdrawn,
)
from finetune.datasets.describing import Change, Shown, card, diff, manifest, preview
from finetune.datasets.preparing import (
    SHOWN,
    DoesNotTrain,
    NotEnough,
    keep,
    prepare,
    refuse_too_few,
    refuse_untrained,
)
from finetune.datasets.reviewing import confirm
from finetune.datasets.uploading import contents, name_of, upload
from finetune.datasets.versions import store
from finetune.datasets.writing import Written, write
from finetune.formats.validation import Problem, problems

__all__ = [
    "SHOWN",
    "Change",
    "DoesNotTrain",
    "LeakFound",
    "NotEnough",
    "Problem",
    "Shown",
    "Written",
    "card",
    "confirm",
    "contents",
    "diff",
    "keep",
    "manifest",
    "name_of",
    "prepare",
    "preview",
    "problems",
    "refuse_erased",
    "refuse_too_few",
    "refuse_unlike",
    "refuse_untrained",
    "refuse_withdrawn",
    "store",
    "upload",
    "write",
]
