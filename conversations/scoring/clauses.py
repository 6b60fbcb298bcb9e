"""A text taken apart into the stretches within which a negation reaches."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from conversations.keys import plain

NEGATORS = frozenset(
    ["no", "nunca", "jamas", "tampoco", "sin", "ni", "nada", "ningun", "ninguna", "nadie"]
)
# These turn praise round only: "un poco confuso" is still a complaint.
WEAKENERS = frozenset(["poco", "poca", "falta", "falto", "deberia", "podria"])
MEASURES = frozenset(["muy", "tan", "demasiado", "poco", "poca", "medio", "bastante", "algo"])
ENDS = frozenset(".;!?\n")
WEIGHTS = {"pero": 2.0, "sino": 2.0, "sin embargo": 2.0, "aunque": 0.5}

_BREAK = re.compile(r"([.;!?\n]|[,:()¡¿]|\b(?:pero|sino|sin embargo|aunque)\b)")
_NOT_ONLY = re.compile(r"\bno solo(?:mente)?\b")


class Clause(NamedTuple):
    words: str
    mark: str  # what ends it: a sign or a "pero"
    weight: float  # what follows a "pero" says more, what follows an "aunque" less


def clauses(text: str) -> Iterator[Clause]:
    """The clauses of ``text``, in lower case and without accents, in their order."""
    parts = _BREAK.split(_NOT_ONLY.sub("", plain(text).replace("\ufe0f", "")))
    weight = 1.0
    for index in range(0, len(parts), 2):
        mark = parts[index + 1] if index + 1 < len(parts) else "."
        yield Clause(" ".join(parts[index].split()), mark, weight)
        weight = WEIGHTS.get(mark, 1.0 if mark in ENDS or weight < 1 else weight)
