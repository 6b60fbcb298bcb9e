"""The names people bear, and the words that are none."""

from functools import lru_cache

from conversations.anonymise.vocabulary import VOCABULARY, fold, lines_of


def _names_in(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return all the names of a list, folded, and those that are nothing but names."""
    words = " ".join(lines_of(name)).split()
    return (
        frozenset(fold(word.rstrip("?")) for word in words),
        frozenset(fold(word) for word in words if not word.endswith("?")),
    )


GIVEN, ONLY_GIVEN = _names_in("first_names.txt")
FAMILY, ONLY_FAMILY = _names_in("surnames.txt")
CERTAIN = ONLY_GIVEN | ONLY_FAMILY
BRANDS = frozenset(map(fold, lines_of("brands.txt")))
NOT_NAMES = VOCABULARY["not_names"] | VOCABULARY["times"] | VOCABULARY["business"]

EVERYDAY = frozenset(" ".join(lines_of("common.txt")).split())
# Endings of nouns, adjectives and verbs, and those of the form a dictionary has.
_ENDINGS = (
    *(("as", "o"), ("a", "o"), ("as", "a"), ("es", ""), ("s", ""), ("a", "e"), ("a", "")),
    *((ending, "ar") for ending in ("o", "a", "as", "an", "amos", "e", "es", "en", "ando", "aba")),
    *((ending, "ar") for ending in ("ado", "ada", "ados", "adas", "aron", "aste", "aria", "are")),
    *((ending, "er") for ending in ("o", "e", "es", "en", "emos", "iendo", "ido", "ida", "ia")),
    *((ending, "ir") for ending in ("o", "e", "es", "en", "imos", "iendo", "ido", "ida", "ia")),
)


@lru_cache(maxsize=8_192)
def is_common(word: str) -> bool:
    """Whether a folded word is one of everyday Spanish, in any of its usual forms.

    >>> is_common("importadoras"), is_common("necesitamos"), is_common("yuleisy")
    (True, True, False)
    """
    return (
        word in NOT_NAMES
        or word in EVERYDAY
        or any(
            word.endswith(ending) and word[: -len(ending)] + instead in EVERYDAY
            for ending, instead in _ENDINGS
        )
    )
