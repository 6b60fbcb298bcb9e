"""That somebody read the lines of a version before anything is trained on them."""

from django.db import transaction

from core import audit
from finetune.models import Dataset, DatasetReview


@transaction.atomic
def confirm(dataset: Dataset, *, by: str, note: str = "") -> DatasetReview:
    """Write that ``by`` looked at the lines of ``dataset`` and found them well."""
    review = dataset.reviews.create(by=by, note=note.strip())
    audit.record("dataset_reviewed", dataset, by=by)
    return review
