"""Messages for the anonymiser: those of the sample domains, some with personal data added.

The data are made up here, with the same seed every time; no one else's list of names is used.
"""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

DATA = Path(__file__).parent / "data"
SAMPLES = Path(__file__).parent.parent / "trainingsite" / "samples"
NAMES = ["Rosa Quispe", "Andrés Molina", "Lucía Cabrera", "Jorge Zambrano", "Marta Villalobos"]
_MARK = re.compile(r"\[\[([A-Z]+)(!?):(.*?)\]\]")
STREETS = ["Los Olivos", "Bolívar", "García Moreno", "Las Acacias", "Miraflores"]


def plain() -> list[str]:
    """Every question and answer of the sample conversations, as they are."""
    return [
        line[side]
        for file in sorted(SAMPLES.glob("*/conversations.jsonl"))
        for line in map(json.loads, file.read_text("utf-8").splitlines())
        for side in ("question", "answer")
    ]


def with_data(count: int, *, share: float) -> list[str]:
    """``count`` messages, of which ``share`` carry something personal."""
    dice = random.Random(20_26)
    texts = plain()
    return [
        f"{dice.choice(texts)} {_personal(dice)}" if dice.random() < share else dice.choice(texts)
        for _ in range(count)
    ]


def _personal(dice: random.Random) -> str:
    name = dice.choice(NAMES)
    return dice.choice(
        [
            f"Me llamo {name}.",
            f"Mi celular es 09{_digits(dice, 8)}.",
            f"Escríbanme al +593 9{_digits(dice, 1)} {_digits(dice, 3)} {_digits(dice, 4)}.",
            f"Mi correo es {name.split()[0].lower()}{_digits(dice, 2)}@correo.example.com.",
            f"Envíenlo a la calle {dice.choice(STREETS)} {_digits(dice, 3)}, por favor.",
            f"Mi cédula es 09{_digits(dice, 8)}.",
        ]
    )


def _digits(dice: random.Random, count: int) -> str:
    return "".join(dice.choices("0123456789", k=count))


def harmless() -> Iterator[str]:
    """Commercial messages without personal data, full of numbers and names of things."""
    file = DATA / "harmless.txt"
    return (line for line in file.read_text("utf-8").splitlines() if line)


class Mark(NamedTuple):
    """A personal datum that a person marked in a message; ``mistyped`` says it is no valid one."""

    start: int
    end: int
    kind: str
    mistyped: bool


class Message(NamedTuple):
    """A message written by hand as a customer would, and the personal data in it."""

    text: str
    marks: list[Mark]


def labelled(part: Literal["seen", "addresses", "unseen", "check"]) -> list[Message]:
    """The marked messages: rules are written with the first two parts; the others only measure."""
    file = DATA / f"pii_{part}.txt"
    return [_unmarked(line.replace(r"\n", "\n")) for line in file.read_text("utf-8").splitlines()]


def _unmarked(line: str) -> Message:
    """Read ``[[KIND:datum]]``, and ``[[KIND!:datum]]`` for a mistyped one.

    >>> _unmarked("soy [[NAME:Ana]]")
    Message(text='soy Ana', marks=[Mark(start=4, end=7, kind='NAME', mistyped=False)])
    """
    text, marks, done = "", [], 0
    for mark in _MARK.finditer(line):
        text += line[done : mark.start()]
        marks.append(Mark(len(text), len(text) + len(mark[3]), mark[1], mark[2] == "!"))
        text += mark[3]
        done = mark.end()
    return Message(text + line[done:], marks)
