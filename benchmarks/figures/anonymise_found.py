"""Which personal data the anonymiser masks whole, and how much it damages that is not personal.

On 500 clinical notes in Spanish in which others marked every datum (MEDDOCAN): the product was not
written for them. A datum counts when every letter and digit of it is masked, whatever the label.

Goals: no kind is found less often than by the documents' four substitutions or by Presidio's
pattern rules (performance, 1: recall at least Presidio's on every entity, on a corpus written by
someone else); of harmless commercial messages, at most one in twenty is changed (the same section:
a precision of 0.95).
"""

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import messages, shared_data
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
NO_LESS = Goal("ratio", ">=", 1)
LITTLE_DAMAGE = Goal("value", "<=", 0.05)

Note = dict[str, Any]
Places = set[int]


def measure() -> Iterator[Figure]:
    yield damage()
    notes = list(shared_data.json_lines("pii_clinical_es.jsonl.gz"))
    ours = shares(notes, [covered(note["text"]) for note in notes])
    plain = shares(notes, [four_regexes.masked(note["text"]) for note in notes])
    yield from beside("cuatro expresiones", "", ours, plain)
    yield from beside("Presidio, reglas", "_presidio", ours, shares(notes, presidio(notes)))


def damage() -> Figure:
    """The share of harmless messages that come out changed."""
    texts = list(messages.harmless())
    ours = changed(texts, lambda text: anonymise(text)[0])
    plain = changed(texts, four_regexes.anonymise)
    name, unit = "anonymise_found.damage", "parte de mensajes"
    return Figure(name, ours, unit, "cuatro expresiones", plain, LITTLE_DAMAGE)


def changed(texts: list[str], mask: Callable[[str], str]) -> float:
    return sum(mask(text) != text for text in texts) / len(texts)


def beside(
    peer: str, suffix: str, ours: dict[str, float], theirs: dict[str, float]
) -> Iterator[Figure]:
    for kind, share in ours.items():
        name = f"anonymise_found.{kind}{suffix}"
        yield Figure(name, share, "parte hallada", peer, theirs[kind], NO_LESS)


def shares(notes: list[Note], masks: list[Places]) -> dict[str, float]:
    """Of each kind of datum, the share that is masked whole."""
    found: dict[str, list[bool]] = {kind: [] for kind in KINDS}
    kind_of = {label: kind for kind, labels in KINDS.items() for label in labels}
    for note, masked in zip(notes, masks, strict=True):
        for span in note["spans"]:
            if kind := kind_of.get(span["label"]):
                found[kind].append(is_whole(note["text"], span, masked))
    return {kind: sum(hits) / len(hits) for kind, hits in found.items()}


def is_whole(text: str, span: dict[str, Any], masked: Places) -> bool:
    places = range(span["start"], span["end"])
    return all(place in masked for place in places if text[place].isalnum())


def covered(text: str) -> Places:
    return {place for span in anonymise(text)[1] for place in range(span.start, span.end)}


def presidio(notes: list[Note]) -> list[Places]:
    with Peer("presidio", environment=".venv-bench") as peer:
        answers = peer.ask(do="find", texts=[note["text"] for note in notes])
    return [{place for start, end in spans for place in range(start, end)} for spans in answers]
