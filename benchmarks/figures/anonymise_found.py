"""Which personal data the anonymiser masks whole, and how much it damages that is not personal.

On 500 clinical notes in Spanish in which others marked every datum (MEDDOCAN): the product was not
written for them. A datum counts when every letter and digit of it is masked, whatever the label;
``.low`` and ``.high`` are the ends of the 95 % interval.

Goals (lines of this project): 0.95 of the mails, 0.9 of the telephones, 0.8 of the names and of the
streets. No kind is found less often than by the documents' four substitutions or by Presidio's
pattern rules (performance, 1: recall at least Presidio's on every entity, on a corpus written by
someone else); of harmless commercial messages, at most one in fifty is changed.
"""

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import intervals, messages, shared_data
from benchmarks.figure import Figure, Goal
from benchmarks.peers import four_regexes
from benchmarks.processes import Peer
from conversations.anonymise import anonymise

KINDS = {
    "emails": ("CORREO_ELECTRONICO",),
    "phones": ("NUMERO_TELEFONO", "NUMERO_FAX"),
    "ids": (
        "ID_SUJETO_ASISTENCIA",
        "ID_TITULACION_PERSONAL_SANITARIO",
        "ID_ASEGURAMIENTO",
        "ID_CONTACTO_ASISTENCIAL",
    ),
    "streets": ("CALLE",),
    "names": ("NOMBRE_SUJETO_ASISTENCIA", "NOMBRE_PERSONAL_SANITARIO"),
}
GOALS = {
    "emails": Goal("value", ">=", 0.95),
    "phones": Goal("value", ">=", 0.9),
    "streets": Goal("value", ">=", 0.8),
    "names": Goal("value", ">=", 0.8),
}
NO_LESS = Goal("ratio", ">=", 1)
LITTLE_DAMAGE = Goal("value", "<=", 0.02)
UNIT = "parte hallada"

Note = dict[str, Any]
Places = set[int]


def measure() -> Iterator[Figure]:
    yield damage()
    notes = list(shared_data.json_lines("pii_clinical_es.jsonl.gz"))
    texts = [note["text"] for note in notes]
    plain = shares(notes, [four_regexes.masked(text) for text in texts])
    theirs = shares(notes, presidio(texts))
    for kind, hits in found(notes, [covered(text) for text in texts]).items():
        name, ours = f"anonymise_found.{kind}", share(hits)
        goal = GOALS.get(kind, NO_LESS)
        yield Figure(name, ours, UNIT, "cuatro expresiones", plain[kind], goal)
        low, high = intervals.of_share(sum(hits), len(hits))
        yield Figure(f"{name}.low", low, UNIT)
        yield Figure(f"{name}.high", high, UNIT)
        yield Figure(f"{name}_presidio", ours, UNIT, "Presidio, reglas", theirs[kind], NO_LESS)


def damage() -> Figure:
    """The share of harmless messages that come out changed."""
    texts = list(messages.harmless())
    ours = changed(texts, lambda text: anonymise(text)[0])
    plain = changed(texts, four_regexes.anonymise)
    name, unit = "anonymise_found.damage", "parte de mensajes"
    return Figure(name, ours, unit, "cuatro expresiones", plain, LITTLE_DAMAGE)


def changed(texts: list[str], mask: Callable[[str], str]) -> float:
    return sum(mask(text) != text for text in texts) / len(texts)


def shares(notes: list[Note], masks: list[Places]) -> dict[str, float]:
    return {kind: share(hits) for kind, hits in found(notes, masks).items()}


def share(hits: list[bool]) -> float:
    return sum(hits) / len(hits)


def found(notes: list[Note], masks: list[Places]) -> dict[str, list[bool]]:
    """Of each datum of each kind, whether it is masked whole."""
    hits: dict[str, list[bool]] = {kind: [] for kind in KINDS}
    kind_of = {label: kind for kind, labels in KINDS.items() for label in labels}
    for note, masked in zip(notes, masks, strict=True):
        for span in note["spans"]:
            if kind := kind_of.get(span["label"]):
                hits[kind].append(is_whole(note["text"], span["start"], span["end"], masked))
    return hits


def is_whole(text: str, start: int, end: int, masked: Places) -> bool:
    return all(place in masked for place in range(start, end) if text[place].isalnum())


def covered(text: str) -> Places:
    return {place for span in anonymise(text)[1] for place in range(span.start, span.end)}


def presidio(texts: list[str], **variables: str) -> list[Places]:
    """What Presidio masks of each text, set up by the ``variables`` of its module."""
    with Peer("presidio", environment=".venv-bench", **variables) as peer:
        answers = peer.ask(do="find", texts=texts)
    return [{place for start, end in spans for place in range(start, end)} for spans in answers]
