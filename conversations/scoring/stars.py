"""From a customer's next message: how good the answer before it was, and whether a sale follows."""

from collections.abc import Mapping
from typing import Any

from conversations.scoring.hearing import Heard, hear
from conversations.scoring.lexicon import NEUTRAL, lexicon

_COMPLAINTS = frozenset(["", "firm"])  # who doubts or declines politely mocks nobody


def score(text: str, *, lists: Mapping[str, Any]) -> tuple[int, bool]:
    """The stars (1 to 5) that ``text``, a customer's next message, gives the answer before it,
    and whether it announces a sale. ``lists`` is a domain's texts.

    A "no" turns round what it reaches; what hangs on an "if" is not praise yet; irony beats
    praise; what follows a "pero" weighs more; a refusal stays one, however polite. Nothing said
    either way is 3 (requirements, 6.1 and 7.5).

    >>> [score(it, lists={}) for it in ("me gusta", "no me gusta", "voy a pensarlo", "lo quiero")]
    [(5, False), (1, False), (3, False), (5, True)]
    """
    heard = hear(text, lexicon(lists))
    if not heard and "?" in text and not any(map(str.isalnum, text)):
        return 2, False  # "???" asks what was meant
    stars = _stars(heard)
    return stars, stars > NEUTRAL and any(it.cue.sells for it in heard)


def _stars(heard: list[Heard]) -> int:
    good = [it for it in heard if it.cue.stars > NEUTRAL and it.cue.role != "courtesy"]
    bad = [it for it in heard if it.cue.stars < NEUTRAL and it.cue.role != "denial"]
    # A denial of something unknown counts where it objects to praise, or where nothing else is.
    mere = not good and not _asks(heard)
    bad += [it for it in heard if it.cue.role == "denial" and (mere or it.clause.weight > 1)]
    if any(it.cue.role == "irony" for it in heard) or _mocks(heard, bad):
        return 1
    if good and bad:
        return _weighed(good, bad, bad_comes_last=_last(heard, bad) > _last(heard, good))
    if good:
        return _tempered(heard, good)
    return _displeased(heard, bad) if bad else _polite(heard)


def _mocks(heard: list[Heard], bad: list[Heard]) -> bool:
    """Whether laughter, scare quotes or a bare cheer stand beside a complaint: irony."""
    plain = all(it.clause.weight == 1 for it in heard)
    return plain and any(map(_is_mock, heard)) and any(it.cue.role in _COMPLAINTS for it in bad)


def _is_mock(it: Heard) -> bool:
    """Laughter, or a cheer with nothing else in its clause: "Genial, no funciona"."""
    cheer = it.alone and it.cue.stars == 5 and not it.cue.sells and not it.cue.role
    return cheer or it.cue.role == "mock"


def _weighed(good: list[Heard], bad: list[Heard], *, bad_comes_last: bool) -> int:
    """Praise and complaint in one message: the heavier side, softened by the other."""
    praise, complaint = max(map(_weight, good)), max(map(_weight, bad))
    sold = any(it.cue.sells for it in good)
    firm = any(it.cue.role == "firm" for it in bad)
    if praise < complaint or (praise == complaint and (bad_comes_last or (firm and not sold))):
        return min(it.cue.stars for it in bad) if firm and bad_comes_last else 2
    if bad_comes_last and not sold:
        return NEUTRAL if any(it.clause.weight < 1 for it in bad) else 2
    return max(max(it.cue.stars for it in good) - 1, 4 if sold else NEUTRAL)


def _tempered(heard: list[Heard], good: list[Heard]) -> int:
    """Praise without a complaint: how glad the message is."""
    best = max(it.cue.stars for it in good)
    sold = any(it.cue.sells for it in good)
    if not sold and any(it.cue.role == "objection" for it in heard):
        return NEUTRAL
    if _has(heard, "wait"):
        return best - 1
    return 4 if _asks(heard) and not sold else best


def _displeased(heard: list[Heard], bad: list[Heard]) -> int:
    """A complaint without praise; to be merely unsure and ask on, or put off, is neither."""
    if all(it.cue.role == "unsure" for it in bad) and (_asks(heard) or _has(heard, "wait")):
        return NEUTRAL
    return min(it.cue.stars for it in bad)


def _polite(heard: list[Heard]) -> int:
    courtesies = [it.cue.stars for it in heard if it.cue.role == "courtesy"]
    if courtesies and _has(heard, "objection"):
        return 2  # "gracias, pero encontré otro"
    if not courtesies or _asks(heard) or _has(heard, "wait"):
        return NEUTRAL
    return min(courtesies)


def _has(heard: list[Heard], role: str) -> bool:
    return any(it.cue.role == role for it in heard)


def _asks(heard: list[Heard]) -> bool:
    """Whether something is asked that is not how to pay."""
    return any(
        not it.cue.sells and (it.clause.mark == "?" or (it.cue.stars, it.cue.role) == (NEUTRAL, ""))
        for it in heard
    )


def _weight(it: Heard) -> float:
    return abs(it.cue.stars - NEUTRAL) * it.clause.weight


def _last(heard: list[Heard], side: list[Heard]) -> int:
    return max(place for place, it in enumerate(heard) if it in side)
