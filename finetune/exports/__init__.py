"""Files to take away: a version of what a domain's policy lets in, in the forms asked for.

What is exported is a version like any other, so that its lines are scanned, its people known and,
should one of them leave, the files removed.
"""

from finetune.exports.choosing import export
from finetune.exports.storing import DOCUMENTED, counts, opened, path_of, take_away
from finetune.exports.withheld import NothingToExport

__all__ = [
    "DOCUMENTED",
    "NothingToExport",
    "counts",
    "export",
    "opened",
    "path_of",
    "take_away",
]
