"""Messages a second through the anonymiser, beside the documents' four substitutions and Presidio.

CPU time of one core, the same texts for all in one run. ``.chat`` is the sample conversations as
they are, which is what the product reads; in ``.mixed`` six messages in ten carry personal data,
as in the measurement that the goals come from: more to mask, and so slower than talk ever is.
``.native`` asks the gates of the rules with Hyperscan, ``.pure`` in plain Python.

Goals (this project's, on ``.chat``): with the native gate half of those plain substitutions and 40
times Presidio without a language model, in plain Python a quarter and 20 times. Presidio looks for
the telephones of the same countries; beside it stand one that looks for six (``_six``), and one
with its Spanish recogniser of names (``_ner``).
"""

import random
import time
from collections.abc import Callable, Iterator
from functools import partial

from benchmarks import messages
from benchmarks.figure import Figure, Goal, Omitted, alternate, rate, size
from benchmarks.peers import four_regexes
from benchmarks.processes import Peer
from conversations.anonymise import ENGINES, anonymise
from conversations.anonymise.gate import Engine

AGAINST_REGEXES = {"native": Goal("ratio", ">=", 0.5), "pure": Goal("ratio", ">=", 0.25)}
AGAINST_PRESIDIO = {"native": Goal("ratio", ">=", 40), "pure": Goal("ratio", ">=", 20)}
SHARE = 0.6
SIX = "ES EC MX CO AR CL"
PRESIDIO_TEXTS = 300
UNIT = "mensajes/s"


def measure() -> Iterator[Figure]:
    if "native" not in ENGINES:
        raise Omitted("falta hyperscan: no hay rueda para esta máquina")
    sets = {
        "chat": messages.plain(),
        "mixed": messages.with_data(size(3_000, full=20_000), share=SHARE),
    }
    for engine in ENGINES:
        for sort, texts in sets.items():
            yield beside_regexes(sort, engine, texts)
    yield from beside_presidio("presidio", "Presidio, reglas", sets)
    yield from beside_presidio("presidio_six", "Presidio, 6 países", sets, PHONE_REGIONS=SIX)
    yield from beside_presidio("presidio_ner", "Presidio, NER", sets, NER="es_core_news_sm")


def beside_regexes(sort: str, engine: Engine, texts: list[str]) -> Figure:
    ours, peer = alternate(
        partial(speed, partial(anonymise, engine=engine), texts),
        partial(speed, four_regexes.anonymise, texts),
    )
    goal = AGAINST_REGEXES[engine] if sort == "chat" else None
    return Figure(f"anonymise_speed.{sort}.{engine}", ours, UNIT, "cuatro expresiones", peer, goal)


def beside_presidio(
    suffix: str, peer_name: str, sets: dict[str, list[str]], **variables: str
) -> Iterator[Figure]:
    with Peer("presidio", environment=".venv-bench", **variables) as peer:
        for sort, every in sets.items():
            texts = random.Random(40).sample(every, PRESIDIO_TEXTS)
            theirs = partial(presidio_speed, peer, texts)
            theirs()  # the first call compiles its patterns
            for engine in ENGINES:
                work = partial(speed, partial(anonymise, engine=engine), texts)
                ours, presidio = alternate(work, theirs)
                goal = AGAINST_PRESIDIO[engine] if (sort, suffix) == ("chat", "presidio") else None
                name = f"anonymise_speed.{sort}.{engine}.{suffix}"
                yield Figure(name, ours, UNIT, peer_name, presidio, goal)


def presidio_speed(peer: Peer, texts: list[str]) -> float:
    seconds: float = peer.ask(do="mask", texts=texts)["seconds"]
    return len(texts) / seconds


def speed(mask: Callable[[str], object], texts: list[str]) -> float:
    return rate(len(texts), lambda: [mask(text) for text in texts], clock=time.process_time)
