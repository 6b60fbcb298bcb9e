"""Which conversations a domain's bot may learn from, and why another one may not.

Rules, in their order (requirements, head and 7.7): approved, answered and agreed to, as of now;
what the domain's policy asks; no negative comment; no question of the evaluation; each question and
answer once; few of one cluster of near-duplicates, of one person and of one category.
"""

from finetune.curation.caps import CATEGORY_FLOOR, PERSON_FLOOR, PERSON_SHARE, PERSON_TOP
from finetune.curation.duplicates import NEAR
from finetune.curation.explaining import kind, why_not
from finetune.curation.judging import MOST_ALIKE
from finetune.curation.policies import MIN_SCORE
from finetune.curation.ranking import WORST_FIRST, approve_ranked, ranked
from finetune.curation.selecting import MINIMUM, Exclusion, Selection, candidates, missing
from finetune.curation.splitting import HELD_OUT, SPLIT_FROM, Split, split

__all__ = [
    "CATEGORY_FLOOR",
    "HELD_OUT",
    "MINIMUM",
    "MIN_SCORE",
    "MOST_ALIKE",
    "NEAR",
    "PERSON_FLOOR",
    "PERSON_SHARE",
    "PERSON_TOP",
    "SPLIT_FROM",
    "WORST_FIRST",
    "Exclusion",
    "Selection",
    "Split",
    "approve_ranked",
    "candidates",
    "kind",
    "missing",
    "ranked",
    "split",
    "why_not",
]
