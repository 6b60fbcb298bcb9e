"""Real exchanges, made by others: some to learn from, others that are only asked.

The product asks a question without the talk before it, so of dialogues the first turns are asked.
"""

import random
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from benchmarks.shared_data import found, json_lines
from conversations import reading
from conversations.keys import text_hash
from trainingsite.loop import PROMPT

SERVICE = "Banks_1"
BANK = "You are the assistant of a bank. You answer customers politely, in one short sentence."
EXCHANGES = 600

Exchange = tuple[str, str]
"""A question and its answer."""


class Corpus(NamedTuple):
    """What a domain learns from and what it is asked; no question is in both."""

    name: str
    prompt: str
    learnt: list[Exchange]
    asked: list[Exchange]

    def shuffled(self, seed: int) -> "Corpus":
        """The same with the answers dealt out anew: what was learnt answers nothing."""
        questions, answers = zip(*self.learnt, strict=True)
        dealt = random.Random(seed).sample(answers, len(answers))
        learnt = list(zip(questions, dealt, strict=True))
        return self._replace(name=f"{self.name}-{seed}", learnt=learnt)


def chat_es(questions: int) -> Corpus:
    """A general chatbot's Spanish exchanges; of ``questions``, taken all over, none is learnt."""
    folder = found("chat_es")
    lines = [it for file in reading.files(folder) for it in reading.read(file)]
    said = [(it.question, it.answer) for it in lines if isinstance(it, reading.Line)]
    distinct = _once(said)
    asked = distinct[:: len(distinct) // questions][:questions]
    return Corpus("chat_es", PROMPT, _without(asked, said), asked)


def dialogues(questions: int) -> Corpus:
    """600 exchanges of a bank's customers; ``questions`` open other dialogues than theirs."""
    talks = [
        it["turns"] for it in json_lines("dialogues_en.jsonl.gz") if it["services"] == [SERVICE]
    ]
    rest = iter(talks)
    learnt: list[Exchange] = []
    while len(learnt) < EXCHANGES:
        learnt += _exchanges(next(rest))
    asked = _once(next(_exchanges(turns)) for turns in rest)[:questions]
    return Corpus("dialogues", BANK, _without(asked, learnt[:EXCHANGES]), asked)


def _exchanges(turns: list[dict[str, str]]) -> Iterator[Exchange]:
    for said, reply in zip(turns, islice(turns, 1, None), strict=False):
        if (said["role"], reply["role"]) == ("user", "assistant"):
            yield said["content"], reply["content"]


def _once(exchanges: Iterable[Exchange]) -> list[Exchange]:
    """Each question with its first answer."""
    first: dict[str, Exchange] = {}
    for question, answer in exchanges:
        first.setdefault(text_hash(question), (question, answer))
    return list(first.values())


def _without(asked: list[Exchange], exchanges: list[Exchange]) -> list[Exchange]:
    kept_apart = {text_hash(question) for question, _ in asked}
    return [it for it in exchanges if text_hash(it[0]) not in kept_apart]
