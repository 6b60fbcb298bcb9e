"""Dialogues written by hand: what a customer says, and what the proforma must do then."""

import shlex
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from rag import dialogues
from rag.proforma import reply

WHOLE = "Proforma de HLSO 16/20 con 10% de glaseo, 10 toneladas CFR Houston"
FILE = Path(__file__).with_name("dialogues.txt")


@dataclass(frozen=True)
class Script:
    """A title, and pairs of a message and what is expected of it."""

    title: str
    turns: list[tuple[str, str]]


def scripts():
    for part in FILE.read_text("utf-8").split("\n---\n"):
        lines = [it.strip() for it in part.splitlines() if it.strip()]
        said = [it[1:].strip() for it in lines if it.startswith(">")]
        expected = [it[1:].strip() for it in lines if it.startswith("<")]
        yield Script(lines[0].lstrip("# "), list(zip(said, expected, strict=True)))


def say(person, *messages):
    """The answer to the last of ``messages``."""
    for it in messages:
        dialogue = dialogues.opened(person, "chat")
        said = reply(person.domain, person, "chat", it, dialogue)
    return said


def done(said, expected):
    """What ``said`` does, in the words of ``expected`` where it is that, else in its own."""
    step, *given = shlex.split(expected)
    facts = dict(it.split("=", 1) for it in given)
    if said is None:
        return "other"
    if said.step in ("ask", "offer"):
        name = "what" if said.step == "ask" else "field"
        fits = step == said.step and said.about in facts.get(name, "").split("|")
        return expected if fits else f"{said.step} {name}={said.about}"
    if said.step == "quote":
        found = facts_of(said.quote)
        fits = step == "quote" and all(same(found[key], value) for key, value in facts.items())
        return expected if fits else f"quote {found}"
    return said.step


def facts_of(quote):
    (line,) = quote.lines.all()
    return {
        "product": line.product,
        "size": line.size,
        "glaze": line.glaze,
        "quantity": line.quantity,
        "unit": line.unit,
        "incoterm": quote.incoterm,
        "destination": quote.destination,
    }


def same(found, value):
    return found == (Decimal(value) if isinstance(found, Decimal) else value)
