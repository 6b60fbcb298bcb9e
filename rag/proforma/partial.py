"""Names said in part: "P&D" is two products, and "en bloque" then tells which. Values only."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from conversations.catalogue import Catalogue
from conversations.terms import FILLERS, Terms, tokens


def products(text: str, catalogue: Catalogue) -> tuple[str, ...]:
    """The products whose code begins with what ``text`` says, where that may be several."""
    found = _beginnings(tuple(catalogue.codes("product"))).find(text, tokens(text))
    several = [it.values for it in found if len(it.values) > 1]
    return tuple(several[0]) if several else ()


def choice(text: str, among: Sequence[str], catalogue: Catalogue) -> str:
    """The one of ``among`` that shares most words with ``text``; none where two do, or nobody."""
    said = {it.key for it in tokens(text)}
    shared = {code: len(said & _names(code, catalogue)) for code in among}
    most = max(shared.values(), default=0)
    best = [code for code, words in shared.items() if words == most]
    return best[0] if most and len(best) == 1 else ""


def _names(code: str, catalogue: Catalogue) -> set[str]:
    """The words by which an entry is known."""
    terms = [term for it in catalogue.entries if it.code == code for term in (code, *it.terms)]
    return {it.key for term in terms for it in tokens(term)} - FILLERS


@lru_cache(maxsize=32)
def _beginnings(codes: tuple[str, ...]) -> Terms:
    return Terms((beginning, code) for code in codes for beginning in _parts(code))


def _parts(code: str) -> Iterator[str]:
    """Every beginning of ``code`` that ends with a word of it, and is not all of it."""
    for it in tokens(code)[:-1]:
        yield code[: it.end]
