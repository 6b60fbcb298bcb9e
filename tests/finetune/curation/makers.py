"""Conversations for curation's tests, by plain functions."""

from random import Random

from conversations.keys import normalise
from conversations.models import Conversation, Origin, Stage
from tests.factories import a_conversation, a_person

SYLLABLES = ["ca", "mi", "ter", "plo", "sen", "ra", "vi", "du", "gon", "bles"]


def questions(number, *, seed=7):
    """Questions that have few words in common."""
    dice = Random(seed)  # noqa: S311
    words = ["".join(dice.choices(SYLLABLES, k=3)) for _ in range(200)]
    return [f"¿{' '.join(dice.choices(words, k=8))}?" for _ in range(number)]


def overlap(one, other):
    """The part of their runs of four characters that two texts share, run by run."""
    runs = [
        {said[at : at + 4] for at in range(max(1, len(said) - 3))}
        for said in (normalise(one), normalise(other))
    ]
    return len(runs[0] & runs[1]) / len(runs[0] | runs[1])


def changed(row, **fields):
    """The row again, with ``fields`` as they would have become."""
    Conversation.objects.filter(pk=row.pk).update(**fields)
    row.refresh_from_db()
    return row


def said_by(person, number=1, *, seed=7, **fields):
    """Approved exchanges of ``person``, all with five stars unless told otherwise."""
    fields = {"stage": Stage.APPROVED, "stars": 5} | fields
    return [
        changed(
            a_conversation(person.domain, origin=Origin.PERSON, person=person, question=it),
            **fields,
        )
        for it in questions(number, seed=seed)
    ]


def someone(domain):
    return a_person(domain, consents=True)
