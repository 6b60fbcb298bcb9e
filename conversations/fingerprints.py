"""Numbers that a text is compared and paid by: near-duplicate bands and tokens. Values only."""

import struct
from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import Any

from rensa import RMinHash

from conversations.keys import normalise

GRAM = 4  # characters
PERMUTATIONS = 128
ROWS = 8  # of the signature in one band: 16 bands
FINE_ROWS = 5  # 25 bands, which miss next to nothing and meet more by chance
SEED = 42  # part of the format: another one makes stored bands incomparable
_SIGNATURE = struct.Struct(f"<{PERMUTATIONS}I")
_HASHERS = [
    blake2b(digest_size=8, salt=band.to_bytes(16, "little"))
    for band in range(PERMUTATIONS // FINE_ROWS)
]


def grams(said: str) -> frozenset[str]:
    """The distinct runs of four characters of a normalised text; a shorter one is one run.

    >>> sorted(grams("precio"))
    ['ecio', 'prec', 'reci']
    """
    return frozenset(_runs(said))


def bands(text: str) -> list[int]:
    """16 signed 64-bit numbers; texts that share one are probably nearly the same.

    Texts whose 4-grams overlap by 0.9 (shared over all) share a band always, by 0.8 in 95 cases
    of 100, by 0.7 in 61, by 0.4 in one. Case, accents and signs do not count; a text without a
    letter or a digit has no bands. The same text has the same bands on every machine.

    >>> bands("¿Precio del HLSO 16/20?") == bands("precio del hlso 16 20")
    True
    """
    return _bands(text, ROWS)


def fine_bands(text: str) -> list[int]:
    """25 numbers, for comparing where nothing may be missed; they are not stored.

    Texts whose 4-grams overlap by 0.85 share none in one case of two million.
    """
    return _bands(text, FINE_ROWS)


def token_count(texts: Iterable[str]) -> int:
    """How many tokens ``texts`` are together, as OpenAI's o200k_base counts them."""
    count = _tokenizer().count
    return sum(count(text) for text in texts)


def _runs(said: str) -> list[str]:
    if len(said) <= GRAM:
        return [said] if said else []
    return [said[at : at + GRAM] for at in range(len(said) - GRAM + 1)]


def _bands(text: str, rows: int) -> list[int]:
    """The signature of ``text`` cut into bands of ``rows``; one of nothing has none."""
    found = _runs(normalise(text))
    if not found:
        return []
    sketch = RMinHash(PERMUTATIONS, SEED)
    sketch.update(found)
    signature = _SIGNATURE.pack(*sketch.digest())
    size = _SIGNATURE.size // PERMUTATIONS * rows
    count = PERMUTATIONS // rows
    digests = [_digest(signature[band * size : (band + 1) * size], band) for band in range(count)]
    return list(struct.unpack(f"<{count}q", b"".join(digests)))


def _digest(rows: bytes, band: int) -> bytes:
    """A band's rows in 64 bits; the band's place counts, so bands meet only their own kind."""
    hasher = _HASHERS[band].copy()
    hasher.update(rows)
    return hasher.digest()


@cache
def _tokenizer() -> Any:
    """bpe-openai's native counter, loaded on first use.

    Not through its package, which first reads four vocabularies into Python: 0.5 s and 64 MB.
    """
    package = find_spec("bpe_openai")
    assert package  # noqa: S101  (a requirement)
    native = PathFinder.find_spec("_bindings", package.submodule_search_locations)
    assert native  # noqa: S101
    assert native.loader  # noqa: S101
    module = module_from_spec(native)
    native.loader.exec_module(module)
    return module.tokenizer_for_encoding("o200k_base")
