"""Messages of which some were said before, nearly: real Spanish, and repetitions made here.

A message is three stretches of sentences of ``xquad_es.json``. Of those said again a quarter
differs in case and signs only, the others in one or two words; never in a number, which would be
another question. The same seed gives the same messages everywhere.
"""

import random
import re
from collections.abc import Iterator
from typing import NamedTuple

from benchmarks.shared_data import json_file

AGAIN = 0.3  # of the messages
SAME_WORDS = 0.25  # of those said again
WORDS = 8  # in a stretch


class Message(NamedTuple):
    text: str
    origin: int  # what it repeats, or its own number


def messages(count: int) -> Iterator[Message]:
    """``count`` messages, those said again anywhere after the first time."""
    dice = random.Random(20_26)
    stretches = list(_stretches())
    said: list[str] = []
    origins: list[int] = []
    for number in range(count):
        if said and dice.random() < AGAIN:
            place = dice.randrange(len(said))
            yield Message(_again(said[place], dice), origins[place])
        else:
            said.append(" ".join(dice.choices(stretches, k=3)))
            origins.append(number)
            yield Message(said[-1], number)


def _stretches() -> Iterator[str]:
    for article in json_file("xquad_es.json")["data"]:
        for paragraph in article["paragraphs"]:
            words = paragraph["context"].strip("\ufeff").split()
            for start in range(0, len(words) - WORDS + 1, 3):
                yield " ".join(words[start : start + WORDS])


def _again(text: str, dice: random.Random) -> str:
    if dice.random() < SAME_WORDS:
        return re.sub(r"[,.;:]", "", text).upper() + dice.choice(["", "!", " ..."])
    words = text.split()
    for _ in range(dice.choice([1, 2])):
        at = dice.choice([at for at, word in enumerate(words) if not re.search(r"\d", word)])
        other = dice.choice([word for word in words if not re.search(r"\d", word)])
        words[at : at + 1] = dice.choice([[], [other], [words[at], other]])
    return " ".join(words)


class Found(NamedTuple):
    """How well a search told what was said before."""

    recall: float  # of the messages said again, the part that it removed
    wrong: float  # of those it removed, the part that nothing like it came before


def judged(said: list[Message], removed: list[bool]) -> Found:
    """``removed`` says of each message whether the search took it for said before."""
    again = [it.origin != number for number, it in enumerate(said)]
    right = sum(gone and is_so for gone, is_so in zip(removed, again, strict=True))
    return Found(right / sum(again), 1 - right / sum(removed) if any(removed) else 0.0)
