"""From a customer's next message: how good the answer before it was, and whether a sale follows."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from conversations.scoring.clauses import ENDS, NEGATORS, WEAKENERS, WEIGHTS, Clause, clauses
from conversations.scoring.lexicon import Cue, Lexicon, lexicon
from conversations.scoring.spelling import prepared

REACH = 5  # how many words after a "no" it still turns round
NEUTRAL = 3
_QUOTED = re.compile(r"[\"«“‘]\s?\w+(?:\s\w+)?\s?[\"»”’]")
_SIGN = re.compile("[^\\w\\s\u2600-\u27bf\U0001f300-\U0001faff]")
_FIXED = frozenset(["irony", "mock", "wait", "if", "ask", "nothing"])
_COMPLAINTS = frozenset(["", "firm"])  # who doubts or declines politely mocks nobody
WAITING = Cue(NEUTRAL, "wait")


class Heard(NamedTuple):
    """A cue as it stands in the message."""

    cue: Cue
    clause: Clause
    sentence: int
    order: int
    alone: bool  # nothing else in its clause


def score(text: str, *, lists: Mapping[str, Any]) -> tuple[int, bool]:
    """The stars (1 to 5) that ``text``, a customer's next message, gives the answer before it,
    and whether it announces a sale. ``lists`` is a domain's texts.

    A "no" turns round what it reaches; what hangs on an "if" is not praise yet; irony beats
    praise; what follows a "pero" weighs more; a refusal stays one, however polite. Nothing said
    either way is 3 (requirements, 6.1 and 7.5).

    >>> [score(it, lists={}) for it in ("me gusta", "no me gusta", "voy a pensarlo", "lo quiero")]
    [(5, False), (1, False), (3, False), (5, True)]
    """
    heard = list(_heard(prepared(text), lexicon(lists)))
    if not heard:
        return (2 if _only_asks(text) else NEUTRAL), False
    stars = _stars(heard, mocked=bool(_QUOTED.search(text)))
    return stars, stars > NEUTRAL and any(it.cue.sells for it in heard)


def _heard(text: str, words: Lexicon) -> Iterator[Heard]:
    """The cues of a prepared text as they are meant, in their order."""
    found: list[Heard] = []
    sentence = 0
    for clause in clauses(text):
        for cue, alone in _meant(clause, words):
            found.append(Heard(cue, clause, sentence, len(found), alone))
        sentence += clause.mark in ENDS or clause.mark in WEIGHTS
    hanging = {it.sentence for it in found if it.cue.role == "if"}
    for it in found:
        praise = it.cue.stars > NEUTRAL
        yield it._replace(cue=WAITING) if praise and it.sentence in hanging else it


def _meant(clause: Clause, words: Lexicon) -> Iterator[tuple[Cue, bool]]:
    """Each cue of a clause, turned round by a "no" before it, and whether it stands alone."""
    spent = meant_well = 0  # where the last cue ends, and the last that did not complain
    said = " ".join(_SIGN.sub(" ", clause.words).split())
    matches = list(words.find(said))
    waits = any(cue.role == "wait" for _, cue in matches)
    for match, cue in matches:
        # The "no" of "no quiero comprar" reaches the purchase too; a complaint it cannot turn.
        start = meant_well if cue.stars > NEUTRAL else spent
        cue = _after(said[start : match.start()].split()[-REACH:], match[0], cue)
        spent = match.end()
        meant_well = spent if cue.stars >= NEUTRAL else meant_well
        if clause.mark == "?":
            cue = _asked(match[0], cue)
        yield WAITING if waits and cue.sells else cue, match[0] == said


def _after(before: list[str], phrase: str, cue: Cue) -> Cue:
    """What a cue says after these words of its clause."""
    met = set(before)
    if cue.role in _FIXED or phrase.split()[0] in NEGATORS:
        return cue
    if cue.stars > NEUTRAL and met & NEGATORS:
        firm = cue.sells or cue.stars == 5
        return Cue(1, "firm") if firm else Cue(2)
    if cue.stars > NEUTRAL and met & WEAKENERS:
        return Cue(2)
    return Cue(4) if cue.stars < NEUTRAL and met & NEGATORS else cue


def _asked(phrase: str, cue: Cue) -> Cue:
    """What a cue says in a question: to ask whether it is good is no praise."""
    if cue.stars > NEUTRAL and not cue.sells and " " not in phrase:
        return Cue()
    return replace(cue, stars=2) if cue.stars == 1 and cue.role != "irony" else cue


def _stars(heard: list[Heard], *, mocked: bool) -> int:
    good = [it for it in heard if it.cue.stars > NEUTRAL and it.cue.role != "courtesy"]
    bad = [it for it in heard if it.cue.stars < NEUTRAL]
    if any(it.cue.role == "irony" for it in heard) or _mocks(heard, bad, mocked=mocked):
        return 1
    if good and bad:
        return _weighed(good, bad)
    if bad:
        return min(it.cue.stars for it in bad)
    return _tempered(heard, good)


def _mocks(heard: list[Heard], bad: list[Heard], *, mocked: bool) -> bool:
    """Whether laughter, scare quotes or a bare cheer stand beside a complaint: irony."""
    if any(it.clause.weight != 1 for it in heard):
        return False
    return (mocked or any(map(_is_mock, heard))) and any(it.cue.role in _COMPLAINTS for it in bad)


def _is_mock(it: Heard) -> bool:
    """Laughter, or a cheer with nothing else in its clause: "Genial, no funciona"."""
    cheer = it.alone and it.cue.stars == 5 and not it.cue.sells and not it.cue.role
    return cheer or it.cue.role == "mock"


def _weighed(good: list[Heard], bad: list[Heard]) -> int:
    """Praise and complaint in one message: the heavier side, softened by the other."""
    praise, complaint = max(map(_weight, good)), max(map(_weight, bad))
    sold = any(it.cue.sells for it in good)
    firm = any(it.cue.role == "firm" for it in bad)
    bad_comes_last = bad[-1].order > good[-1].order
    if praise < complaint or (praise == complaint and (bad_comes_last or (firm and not sold))):
        return min(it.cue.stars for it in bad) if firm and bad_comes_last else 2
    best = max(it.cue.stars for it in good) - (2 if bad_comes_last else 1)
    return max(best, 4) if sold else max(best, NEUTRAL)


def _tempered(heard: list[Heard], good: list[Heard]) -> int:
    """Nothing but praise, courtesy, questions: how glad the message is."""
    roles = {it.cue.role for it in heard}
    asks = any(it.clause.mark == "?" or it.cue.role == "ask" for it in heard if not it.cue.sells)
    if not good:
        polite = [it.cue.stars for it in heard if it.cue.role == "courtesy"]
        return NEUTRAL if asks or "wait" in roles or not polite else min(polite)
    best = max(it.cue.stars for it in good)
    if "wait" in roles:
        return best - 1
    sold = any(it.cue.sells for it in good)
    return 4 if asks and not sold else best


def _weight(it: Heard) -> float:
    return abs(it.cue.stars - NEUTRAL) * it.clause.weight


def _only_asks(text: str) -> bool:
    return "?" in text and not any(map(str.isalnum, text))
