"""Tokens as the product counts them, beside tiktoken with its own vocabulary file.

Texts are those of the sample domains, of ../shared/data where it is at hand, and of a generator
of everything that tokenisers get wrong. Goal: not one text with another count.
"""

import gzip
import hashlib
import random
import tempfile
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from benchmarks import shared_data, site
from benchmarks.figure import Figure, Goal, Omitted, alternate, seconds_of, size
from benchmarks.processes import Peer
from conversations.fingerprints import token_count

SAME = Goal("value", "<=", 0)
FASTER = Goal("ratio", ">=", 0.5)
PEER = "tiktoken"
# How tiktoken calls the file of its vocabulary in its cache: the SHA-1 of where it comes from.
CACHED = "fb374d419588a4632f3f557e76b4b70aebbca790"
SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
ODD = "aá ñ\n\t 1234,.¿?¡!'’s<|endoftext|>🦐👩‍🚀é\u200b\u0301漢字ру١٢\r\n  "
BATCH = 1000


def measure() -> Iterator[Figure]:
    site.migrate()
    texts = [*of_the_samples(), *of_dialogues(size(20_000, full=200_000)), *odd(5_000)]
    with (
        tempfile.TemporaryDirectory() as folder,
        Peer(
            "tiktoken_counts", environment=".venv-bench", TIKTOKEN_CACHE_DIR=vocabulary(folder)
        ) as peer,
    ):
        ours, theirs = [token_count([text]) for text in texts], counted(peer, texts)
        different = sum(one != other for one, other in zip(ours, theirs, strict=True))
        value, other = alternate(partial(own_speed, texts), partial(their_speed, peer, texts))
    yield Figure("tokens.different", different, "textos", PEER, len(texts), SAME)
    yield Figure("tokens", value, "tokens/s", PEER, other, FASTER)


def of_the_samples() -> Iterator[str]:
    for domain in site.sample_domains():
        for pair in domain.conversations.values_list("question", "answer"):
            yield from pair


def of_dialogues(number: int) -> list[str]:
    """What is said in the dialogues that lie beside the checkout, if they do."""
    try:
        lines = shared_data.json_lines("dialogues_en.jsonl.gz")
        said = (turn["content"] for line in lines for turn in line["turns"])
        return [text for text, _ in zip(said, range(number), strict=False)]
    except Omitted:
        return []


def odd(number: int) -> Iterator[str]:
    """Signs of many kinds in any order, the same on every machine."""
    chance = random.Random(7)
    for _ in range(number):
        yield "".join(chance.choices(ODD, k=chance.randrange(40)))


def vocabulary(folder: str) -> str:
    """A cache of tiktoken's with its vocabulary in it: the one that bpe-openai carries."""
    package = find_spec("bpe_openai")
    assert package
    assert package.submodule_search_locations
    data = Path(package.submodule_search_locations[0]) / "data"
    content = gzip.decompress((data / "o200k_base.tiktoken.gz").read_bytes())
    assert hashlib.sha256(content).hexdigest() == SHA256
    (Path(folder) / CACHED).write_bytes(content)
    return folder


def counted(peer: Peer, texts: list[str]) -> list[int]:
    found: list[int] = []
    for first in range(0, len(texts), BATCH):
        found += peer.ask(do="count", texts=texts[first : first + BATCH])["counts"]
    return found


def own_speed(texts: list[str]) -> float:
    with seconds_of() as taken:
        total = sum(token_count([text]) for text in texts)
    return total / taken[0]


def their_speed(peer: Peer, texts: list[str]) -> float:
    answer = [
        peer.ask(do="count", texts=texts[first : first + BATCH])
        for first in range(0, len(texts), BATCH)
    ]
    return sum(sum(it["counts"]) for it in answer) / sum(it["seconds"] for it in answer)
