"""The score of the documents (requirements, R102 and R103) as written: five lists, then 3.

The lists are tested from 5 down to 1 and the first that has a word in the text wins; nothing knows
of a negation. ``\\b`` is Python's, which unlike the documents' own sees accented letters.
"""

import re

from conversations.scoring.lexicon import documents


def _any_of(words: list[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)


STARS = {int(stars): _any_of(words) for stars, words in documents()["score_words"].items()}
SUCCESS = _any_of(documents()["success_words"])


def score(text: str) -> tuple[int, bool]:
    stars = next((stars for stars in (5, 4, 3, 2, 1) if STARS[stars].search(text)), 3)
    return stars, bool(SUCCESS.search(text))
