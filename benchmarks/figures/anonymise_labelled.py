"""Which personal data of customers' messages are masked whole, and how many others are touched.

On 600 messages written by hand in many people's styles, a third of them without personal data and
full of traps. The rules were written with the ``seen`` half; the ``unseen`` half was written by
someone who had not read them. A datum counts when every letter and digit of it is masked, whatever
the label. ``.valid`` and ``.mistyped`` are shares of the same; ``.low`` and ``.high`` are the ends
of the 95 % interval.

Goals, on the unseen half (lines of this project): 0.98 of the telephones, mails, identities and
accounts, mistyped ones included; 0.9 of the names and streets; at most 0.02 of the messages
without personal data come out changed. Beside the documents' four substitutions, and Presidio with
the telephones of the countries that write here, without and with its recogniser of names.
"""

from collections.abc import Callable, Iterator, Sequence

from benchmarks import intervals, messages
from benchmarks.figure import Figure, Goal
from benchmarks.figures.anonymise_found import Places, covered, is_whole, presidio, share
from benchmarks.messages import Mark, Message
from benchmarks.peers import four_regexes

KINDS = ("PHONE", "EMAIL", "ID", "ACCOUNT", "NAME", "ADDRESS")
GOALS = dict.fromkeys(KINDS[:4], Goal("value", ">=", 0.98))
GOALS |= dict.fromkeys(KINDS[4:], Goal("value", ">=", 0.9))
LITTLE_DAMAGE = Goal("value", "<=", 0.02)
FOUND, TOUCHED = "parte hallada", "parte de mensajes"


PEERS = {
    "cuatro expresiones": "",
    "Presidio, reglas": ".presidio",
    "Presidio, NER": ".presidio_ner",
}

Masks = dict[str, list[Places]]


def measure() -> Iterator[Figure]:
    for half in ("unseen", "seen"):
        texts = messages.labelled(half)
        written = [it.text for it in texts]
        ours = list(map(covered, written))
        yield from found(f"anonymise_labelled.{half}", texts, ours, peers(written))


def peers(written: list[str]) -> Masks:
    """What each of the others masks of each text."""
    return {
        "cuatro expresiones": list(map(four_regexes.masked, written)),
        "Presidio, reglas": presidio(written),
        "Presidio, NER": presidio(written, NER="es_core_news_sm"),
    }


def found(
    name: str, texts: Sequence[Message], ours: list[Places], others: Masks
) -> Iterator[Figure]:
    """The figures of one half; only the unseen one has goals."""
    goals: dict[str, Goal] = GOALS if name.endswith("unseen") else {}
    for kind in KINDS:
        called = f"{name}.{kind.lower()}"
        theirs = {peer: share(hits(texts, masks, kind)) for peer, masks in others.items()}
        yield from beside(called, hits(texts, ours, kind), theirs, FOUND, goals.get(kind))
        yield from by_validity(called, texts, ours, kind)
    theirs = {peer: share(damage(texts, masks)) for peer, masks in others.items()}
    limit = LITTLE_DAMAGE if goals else None
    yield from beside(f"{name}.damage", damage(texts, ours), theirs, TOUCHED, limit)


def beside(
    name: str, ours: list[bool], theirs: dict[str, float], unit: str, goal: Goal | None
) -> Iterator[Figure]:
    """Ours beside each of the others, and how far ours may be from the truth."""
    for peer, suffix in PEERS.items():
        aim = None if suffix else goal
        yield Figure(f"{name}{suffix}", share(ours), unit, peer, theirs[peer], aim)
    low, high = intervals.of_share(sum(ours), len(ours))
    yield Figure(f"{name}.low", low, unit)
    yield Figure(f"{name}.high", high, unit)


def by_validity(
    name: str, texts: Sequence[Message], masked: Sequence[Places], kind: str
) -> Iterator[Figure]:
    """The valid and the mistyped apart, for kinds that can be mistyped."""
    mistyped = hits(texts, masked, kind, lambda mark: mark.mistyped)
    if mistyped:
        valid = hits(texts, masked, kind, lambda mark: not mark.mistyped)
        yield Figure(f"{name}.valid", share(valid), FOUND)
        yield Figure(f"{name}.mistyped", share(mistyped), FOUND)


def hits(
    texts: Sequence[Message],
    masked: Sequence[Places],
    kind: str,
    wanted: Callable[[Mark], bool] = lambda _: True,
) -> list[bool]:
    """Of each datum of a kind, whether it is masked whole."""
    return [
        is_whole(message.text, mark.start, mark.end, places)
        for message, places in zip(texts, masked, strict=True)
        for mark in message.marks
        if mark.kind == kind and wanted(mark)
    ]


def damage(texts: Sequence[Message], masked: Sequence[Places]) -> list[bool]:
    """Of each message without personal data, whether anything in it is masked."""
    pairs = zip(texts, masked, strict=True)
    return [bool(places) for message, places in pairs if not message.marks]
