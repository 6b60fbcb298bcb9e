"""What is served of a passage, word for word, where no model can be trusted to answer from it.

For each Spanish question of XQuAD and its paragraph: whether the answer stands in the sentences
that fit the question best (``rag.excerpts``), as they are served. The peer cuts the paragraph at
the same length. ``.characters`` is how long both are, in the mean. Goal: no less than the peer.
"""

from collections.abc import Iterator
from statistics import mean

from benchmarks import passages
from benchmarks.figure import Figure, Goal
from rag.assistant.unaided import LONGEST_PASSAGE
from rag.excerpts import excerpt
from rag.prompting import shortened

PEER = "el comienzo"
NO_LESS = Goal("ratio", ">=", 1)


def measure() -> Iterator[Figure]:
    paragraphs, asked = passages.xquad_answered()
    ours, peers = [], []
    for question, number, answer in asked:
        text = paragraphs[number]
        ours.append((shortened(excerpt(text, question), LONGEST_PASSAGE), answer))
        peers.append((shortened(text, LONGEST_PASSAGE), answer))
    yield Figure("excerpts", share(ours), "parte con la respuesta", PEER, share(peers), NO_LESS)
    lengths = [mean(len(said) for said, _ in told) for told in (ours, peers)]
    yield Figure("excerpts.characters", lengths[0], "caracteres", PEER, lengths[1])


def share(told: list[tuple[str, str]]) -> float:
    return mean(answer in said for said, answer in told)
