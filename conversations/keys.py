"""Whether a text can be kept, and when two are the same: what is compared, never shown."""

import hashlib
import re
import unicodedata

_NOT_WORD = re.compile(r"[\W_]+")
_ASCII_SIGNS = {sign: " " for sign in range(128) if not chr(sign).isalnum()}
_STEM, _SHORTEST = 5, 4  # letters: articles and prepositions are shorter
_HALF_A_SIGN = re.compile("[\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether the database can keep ``text``: it takes no NUL and no half of a surrogate pair."""
    return "\0" not in text and not _HALF_A_SIGN.search(text)


def plain(text: str) -> str:
    """``text`` in lower case, without accents; signs stay.

    >>> plain("¡Sí, envíos!")
    '¡si, envios!'
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    for letter in set(apart):
        if letter > "\x7f" and unicodedata.combining(letter):
            apart = apart.replace(letter, "")
    return apart


def normalise(text: str) -> str:
    """``text`` in lower case, without accents, its words one space apart.

    >>> normalise("¿Cuánto   cuesta el HLSO 16/20?")
    'cuanto cuesta el hlso 16 20'
    """
    said = plain(text)
    if said.isascii():  # nearly always, and several times faster
        return " ".join(said.translate(_ASCII_SIGNS).split())
    return _NOT_WORD.sub(" ", said).strip()


def text_hash(text: str) -> str:
    """32 hexadecimal digits that are equal for texts which differ only in case and signs."""
    return hashlib.blake2b(normalise(text).encode(), digest_size=16).hexdigest()


def words(text: str) -> frozenset[str]:
    """The distinct words of ``text``, normalised."""
    return frozenset(normalise(text).split())


def stems(text: str) -> frozenset[str]:
    """How the longer words of ``text`` begin, and its numbers: "abre" and "abren" are one.

    >>> sorted(stems("¿A qué hora abren los 2 préstamos?"))
    ['2', 'abren', 'hora', 'prest']
    """
    return frozenset(it[:_STEM] for it in words(text) if len(it) >= _SHORTEST or it.isdigit())


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared words over all words: 0 (nothing in common) to 1 (the same words)."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if one or other else 1.0
