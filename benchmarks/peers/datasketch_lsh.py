"""Finds messages said before by datasketch's LSH as its manual does, with sketches made in bulk."""

from benchmarks.peers.near_duplicates import Way, answer
from conversations.keys import normalise

GRAM = 4  # characters, as the product's
PERMUTATIONS = 128


def search(texts: list[str], threshold: float) -> list[bool]:
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
    removed = []
    for number, sketch in enumerate(
        MinHash.generator((grams(it) for it in texts), num_perm=PERMUTATIONS)
    ):
        removed.append(bool(index.query(sketch)))
        if not removed[-1]:
            index.insert(number, sketch)
    return removed


def grams(text: str) -> list[bytes]:
    said = normalise(text).encode()
    return list({said[at : at + GRAM] for at in range(len(said) - GRAM + 1)})


if __name__ == "__main__":
    answer({"texts": Way(list, search)})
