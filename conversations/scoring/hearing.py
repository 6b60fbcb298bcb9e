"""The cues of a message as they are meant there: after a "no", in a question, under an "if"."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from conversations.scoring.clauses import (
    ENDS,
    MEASURES,
    NEGATORS,
    WEAKENERS,
    WEIGHTS,
    Clause,
    clauses,
)
from conversations.scoring.lexicon import NEUTRAL, Cue, Lexicon
from conversations.scoring.spelling import bare_words, prepared

REACH = 5  # how many words after a "no" it still turns round
_QUOTED = re.compile(r"[\"«“]\s?\w+(?:\s\w+)?\s?[\"»”]")
# "¿Es bueno?" asks for praise; "me gusta, ¿no?" and "¿por qué no?" give it.
_ASSERTED = frozenset(["me", "nos", "por", "como"])

WAITING = Cue(NEUTRAL, "wait")
MOCKING = Cue(NEUTRAL, "mock")
# What is said of something that no list knows.
QUESTION = Cue()
DENIAL = Cue(2, "denial")
OBJECTION = Cue(NEUTRAL, "objection")
TOO_MUCH = Cue(2)


class Heard(NamedTuple):
    cue: Cue
    clause: Clause
    alone: bool = False  # nothing else is in its clause


def hear(text: str, lexicon: Lexicon) -> list[Heard]:
    """The cues of ``text`` in their order."""
    heard = [Heard(MOCKING, Clause("", "", 1)) for _ in _QUOTED.finditer(text)]
    sentence: list[Heard] = []
    for clause in clauses(prepared(text)):
        sentence += _of_clause(clause, lexicon)
        if clause.mark in ENDS or clause.mark in WEIGHTS:
            heard += _without_hopes(sentence)
            sentence = []
    return heard + _without_hopes(sentence)


def _without_hopes(sentence: list[Heard]) -> list[Heard]:
    """A sentence with an "if": what is praised or bought there is not yet."""
    if not any(it.cue.role == "if" for it in sentence):
        return sentence
    asked = any(it.clause.mark == "?" for it in sentence)  # "¿y si no me gusta?" is no complaint
    return [it._replace(cue=WAITING) if asked or it.cue.stars > NEUTRAL else it for it in sentence]


def _of_clause(clause: Clause, lexicon: Lexicon) -> Iterator[Heard]:
    words = bare_words(clause.words)
    found = list(lexicon.find(words))
    if not found and words:
        yield from _unnamed(clause, words)
    waits = any(it.says.role == "wait" for it in found)
    spent = meant_well = 0  # where the last cue ends, and the last that did not complain
    for start, end, cue in found:
        # The "no" of "no quiero comprar" reaches the purchase too; a complaint it cannot turn.
        since = meant_well if cue.stars > NEUTRAL else spent
        before = words[max(since, start - REACH) : start]
        meant = _meant(before, words[start:end], cue, asked=clause.mark == "?")
        spent = end
        meant_well = end if meant.stars > NEUTRAL or meant.role == "nothing" else meant_well
        alone = end - start == len(words)
        yield Heard(WAITING if waits and meant.sells else meant, clause, alone)


def _unnamed(clause: Clause, words: list[str]) -> Iterator[Heard]:
    """What a clause without any known word may still tell."""
    if clause.mark == "?":
        yield Heard(QUESTION, clause)
    elif NEGATORS & set(words):
        yield Heard(DENIAL, clause)
    elif clause.weight > 1:
        yield Heard(TOO_MUCH if MEASURES & set(words) else OBJECTION, clause)


def _meant(before: list[str], phrase: list[str], cue: Cue, *, asked: bool) -> Cue:
    """What a cue says after these words of its clause, and in a question."""
    met = set(before) if phrase[0] not in NEGATORS else set()
    denied = bool(met & NEGATORS)
    if cue.stars > NEUTRAL and cue.role != "mock":
        doubted = asked and (denied or not (cue.sells or phrase[0] in _ASSERTED))
        return Cue() if doubted else _praise(cue, denied=denied, weak=bool(met & WEAKENERS))
    if cue.stars < NEUTRAL and cue.role != "irony":
        milder = asked and cue.stars == 1 and cue.role != "firm"
        if denied:
            return Cue() if asked else Cue(4)
        return replace(cue, stars=2) if milder else cue
    return cue


def _praise(cue: Cue, *, denied: bool, weak: bool) -> Cue:
    """Praise denied is a complaint, a sale denied a refusal."""
    if denied and cue.sells and cue.stars == 5:
        return Cue(1, "firm")
    return Cue(2) if denied or weak else cue
