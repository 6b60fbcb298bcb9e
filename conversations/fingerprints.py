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
BANDS = 16
SEED = 42  # part of the format: another one makes stored bands incomparable
_SIGNATURE = struct.Struct(f"<{PERMUTATIONS}I")
_BAND_BYTES = _SIGNATURE.size // BANDS


def bands(text: str) -> list[int]:
    """16 signed 64-bit numbers; texts that share one are probably nearly the same.

    Texts whose 4-grams overlap by 0.9 (shared over all) share a band always, by 0.8 in 95 cases
    of 100, by 0.7 in 61, by 0.4 in one. Case, accents and signs do not count; a text without a
    letter or a digit has no bands. The same text has the same bands on every machine.

    >>> bands("¿Precio del HLSO 16/20?") == bands("precio del hlso 16 20")
    True
    """
    said = normalise(text)
    if not said:
        return []
    grams = {said[at : at + GRAM] for at in range(max(1, len(said) - GRAM + 1))}
    sketch = RMinHash(PERMUTATIONS, SEED)
    sketch.update(sorted(grams))
    signature = _SIGNATURE.pack(*sketch.digest())
    return [_hashed(signature, band) for band in range(BANDS)]


def token_count(texts: Iterable[str]) -> int:
    """How many tokens ``texts`` are together, as OpenAI's o200k_base counts them."""
    count = _tokenizer().count
    return sum(count(text) for text in texts)


def _hashed(signature: bytes, band: int) -> int:
    """A band's rows as one number; the band's place counts, so bands meet only their own kind."""
    rows = signature[band * _BAND_BYTES : (band + 1) * _BAND_BYTES]
    digest = blake2b(rows, digest_size=8, salt=band.to_bytes(16, "little"))
    return int.from_bytes(digest.digest(), "little", signed=True)


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
