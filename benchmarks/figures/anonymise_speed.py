"""Messages a second through the anonymiser, beside the documents' four substitutions.

Goal: at least 0.6 of those plain substitutions, and 40 times Presidio with its pattern rules
(performance, 1). CPU time of one core. Six messages in ten carry personal data, as in the
measurement that the goal comes from; ``.chat`` is the sample conversations as they are.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial

from benchmarks import messages
from benchmarks.figure import Figure, Goal, alternate, rate, size
from benchmarks.peers import four_regexes
from benchmarks.processes import Peer
from conversations.anonymise import anonymise

AGAINST_REGEXES = Goal("ratio", ">=", 0.6)
AGAINST_PRESIDIO = Goal("ratio", ">=", 40)
SHARE = 0.6
PRESIDIO_TEXTS = 300


def measure() -> Iterator[Figure]:
    texts = messages.with_data(size(3_000, full=20_000), share=SHARE)
    yield beside_regexes("anonymise_speed", texts)
    yield beside_regexes("anonymise_speed.chat", messages.plain())
    yield beside_presidio("anonymise_speed.presidio", texts[:PRESIDIO_TEXTS])


def beside_regexes(name: str, texts: list[str]) -> Figure:
    ours, peer = alternate(
        partial(speed, anonymise, texts), partial(speed, four_regexes.anonymise, texts)
    )
    return Figure(name, ours, "mensajes/s", "cuatro expresiones", peer, AGAINST_REGEXES)


def beside_presidio(name: str, texts: list[str]) -> Figure:
    with Peer("presidio", environment=".venv-bench") as peer:

        def theirs() -> float:
            seconds: float = peer.ask(do="mask", texts=texts)["seconds"]
            return len(texts) / seconds

        theirs()  # the first call compiles its patterns
        ours, presidio = alternate(partial(speed, anonymise, texts), theirs, rounds=3)
    return Figure(name, ours, "mensajes/s", "Presidio, reglas", presidio, AGAINST_PRESIDIO)


def speed(mask: Callable[[str], object], texts: list[str]) -> float:
    return rate(len(texts), lambda: [mask(text) for text in texts], clock=time.process_time)
