"""What a comment says about an answer: praise, complaint or neither."""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Literal

from conversations.keys import plain
from conversations.scoring.clauses import NEGATORS, WEAKENERS, clauses
from conversations.scoring.sections import DATA

Tone = Literal["positivo", "negativo", "neutro"]

REFUSAL = 1.125  # a complaint by negation tips an even balance: "no, gracias" is a refusal
REACH = 4  # how many words after a "no" it still turns round


def tone(text: str, *, positive: Iterable[str], negative: Iterable[str]) -> Tone:
    """Whether ``text`` praises or complains, by the given words and phrases.

    Whole words count, with any accents, case and plural, never parts of words; a "no", "sin" or
    "poco" before a word turns it round; what follows a "pero" weighs more. Praise and complaint
    of the same weight are neither, except that a refusal stays one, however polite.

    >>> lists = {"positive": ["me gusta", "gracias"], "negative": ["mal", "error"]}
    >>> [tone(it, **lists) for it in ("Todo normal, sin errores", "no, gracias", "es normal")]
    ['positivo', 'negativo', 'neutro']
    """
    balance = sum(_verdicts(text, tuple(positive), tuple(negative)))
    if not balance:
        return "neutro"
    return "positivo" if balance > 0 else "negativo"


@cache
def comment_words() -> dict[str, list[str]]:
    """``positive_words`` and ``negative_words`` for a domain that has none of its own."""
    lists: dict[str, list[str]] = json.loads((DATA / "comments.json").read_text(encoding="utf-8"))
    return lists


def _verdicts(text: str, positive: tuple[str, ...], negative: tuple[str, ...]) -> Iterator[float]:
    lexicon, signs = _lexicon(positive, negative)
    for clause in clauses(text):
        if set(clause.words.split()) == {"no"}:
            yield -clause.weight * REFUSAL
        start = 0
        for match in lexicon.finditer(clause.words):
            before = clause.words[start : match.start()].split()[-REACH:]
            yield clause.weight * _value(signs[(match.lastindex or 1) - 1], match[0], before)
            start = match.end()


def _value(sign: int, phrase: str, before: list[str]) -> float:
    """What a phrase says after these words: more than 1 against when a negation makes it so."""
    own = phrase.split()[0] in NEGATORS  # "si no baja, no quiero": nothing else turns it round
    met = set(before)
    turned = not own and (bool(met & NEGATORS) or (sign > 0 and bool(met & WEAKENERS)))
    value = -sign if turned else sign
    return value * REFUSAL if value < 0 and (own or turned) else value


@lru_cache(maxsize=64)
def _lexicon(
    positive: tuple[str, ...], negative: tuple[str, ...]
) -> tuple[re.Pattern[str], tuple[int, ...]]:
    """One pattern with a group for each phrase, the longest first, and each group's sign."""
    signs = dict.fromkeys(positive, 1) | dict.fromkeys(negative, -1)
    known = {" ".join(plain(it).replace("\ufe0f", "").split()): sign for it, sign in signs.items()}
    phrases = sorted(filter(None, known), key=len, reverse=True)
    groups = "|".join(f"({re.escape(it)})" for it in phrases) or "(?!)"
    pattern = re.compile(rf"(?<!\w)(?:{groups})(?:e?s)?(?!\w)")
    return pattern, tuple(known[it] for it in phrases)
