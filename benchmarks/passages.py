"""Spanish passages made by others, as the product cuts them, and their vectors.

Vectors take minutes, so they are made once and kept in ``var/benchmarks``, by the fingerprint of
their text and the model's name.
"""

import os
from collections.abc import Sequence

import numpy as np
from django.conf import settings

from benchmarks import shared_data
from core import llm
from rag import embedding
from rag.chunking import chunks

SIZE, OVERLAP = 1000, 200  # what a domain begins with
AT_ONCE = 16
SAVED_EVERY = 20  # requests

Question = tuple[str, int]
"""A question and the number of the paragraph that answers it."""


def xquad() -> tuple[list[str], list[Question]]:
    """240 paragraphs, and 1,190 questions about them."""
    paragraphs, asked = xquad_answered()
    return paragraphs, [(question, number) for question, number, _ in asked]


def xquad_answered() -> tuple[list[str], list[tuple[str, int, str]]]:
    """As :func:`xquad`, each question with its answer as it stands in the paragraph."""
    content = shared_data.json_file("xquad_es.json")
    parts = [part for article in content["data"] for part in article["paragraphs"]]
    asked = [
        (it["question"], number, it["answers"][0]["text"])
        for number, part in enumerate(parts)
        for it in part["qas"]
    ]
    return [part["context"] for part in parts], asked


def clinical(count: int) -> list[str]:
    """The first ``count`` chunks of real clinical notes."""
    notes = shared_data.json_lines("pii_clinical_es.jsonl.gz")
    cut = (it for note in notes for it in cut_up(note["text"]))
    return [piece for piece, _ in zip(cut, range(count), strict=False)]


def cut_up(text: str) -> list[str]:
    """``text`` in the chunks that a domain's first settings make of it."""
    return [piece.text for piece in chunks(text, size=SIZE, overlap=OVERLAP)]


def vectors(texts: Sequence[str], *, model: str) -> np.ndarray:
    """A row for each of ``texts``, from the model server in use or from what is kept."""
    path = settings.VAR_DIR / "benchmarks" / f"vectors-{model}.npz"
    known = dict(np.load(path)) if path.exists() else {}
    keys = {embedding.fingerprint(it): it for it in texts}
    new = [key for key in keys if key not in known]
    for number, start in enumerate(range(0, len(new), AT_ONCE)):
        batch = new[start : start + AT_ONCE]
        found = llm.embed([keys[key] for key in batch], model=model)
        known |= {key: np.array(row, "f4") for key, row in zip(batch, found, strict=True)}
        if number % SAVED_EVERY == 0 or start + AT_ONCE >= len(new):
            _save(path, known)
    return np.stack([known[embedding.fingerprint(it)] for it in texts])


def _save(path, known) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.npz")
    np.savez(part, **known)
    part.replace(path)
